// One conversation: where it stands, what can be done with it, its messages.

import { fill, fillWith, lasting, make, time, words as said } from "./make.js";

const NEAR = 80; // pixels from the end, within which a new message is scrolled to

export class Thread {
    /** `act(name, body)` does something with the conversation; `ask(question, deed)` resolves to a reason, or null. */
    constructor(root, { words, colleagues, mayChange, act, ask, loadOlder }) {
        Object.assign(this, { root, words, colleagues, mayChange, act, ask });
        const part = (name) => root.querySelector(`[data-${name}]`);
        this.parts = { none: part("none"), thread: part("thread"), title: part("title"), facts: part("facts"), deeds: part("deeds") };
        this.list = part("messages");
        this.scroller = part("scroll");
        this.older = part("older");
        this.older.addEventListener("click", () => loadOlder(this.first));
        this.clear();
    }

    clear() {
        this.head = null;
        this.first = null;
        this.last = 0;
        this.parts.thread.hidden = true;
        this.parts.none.hidden = false;
    }

    open({ head, messages, has_older: hasOlder, shopper }) {
        this.shopper = shopper;
        this.first = messages[0]?.id ?? null;
        this.last = messages.at(-1)?.id ?? 0;
        this.items = new Map();
        this.list.replaceChildren();
        this.older.hidden = !hasOlder;
        this.parts.deeds.replaceChildren();
        this.shown = null;
        this.parts.none.hidden = true;
        this.parts.thread.hidden = false;
        this.stand(head);
        this.list.append(...messages.map((message) => this.item(message)));
        this.mark();
        this.scroller.scrollTop = this.scroller.scrollHeight;
    }

    /** Messages that are older than all that are shown; what is looked at stays where it is. */
    prepend({ messages, has_older: hasOlder }) {
        const below = this.scroller.scrollHeight - this.scroller.scrollTop;
        this.list.prepend(...messages.map((message) => this.item(message)));
        this.first = messages[0]?.id ?? this.first;
        this.older.hidden = !hasOlder;
        this.mark();
        this.scroller.scrollTop = this.scroller.scrollHeight - below;
        if (this.older.hidden) this.scroller.focus();
    }

    /** Where it stands now, with messages that were added. Returns those that the page did not have. */
    apply({ head, messages }) {
        const fresh = messages.filter((message) => !this.items.has(message.id));
        const isAtEnd = this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < NEAR;
        this.stand(head);
        this.list.append(...fresh.map((message) => this.item(message)));
        this.last = Math.max(this.last, ...fresh.map((message) => message.id));
        this.mark();
        if (fresh.length && isAtEnd) this.scroller.scrollTop = this.scroller.scrollHeight;
        return fresh;
    }

    item(message) {
        const isSeller = message.sender === "datasource";
        const author = !isSeller ? this.shopper.name || this.shopper.email || `#${this.shopper.id}`
            : message.author ? fill(this.words.staffOf, { staff: message.author, seller: this.head.seller }) : this.head.seller;
        const read = make("span", { className: "inbox-read", textContent: this.words.read, hidden: true });
        const about = make("p", { className: "inbox-author" }, said("strong", author), time(message.created_at, true), read);
        const item = make("li", { className: `inbox-message ${isSeller ? "is-ours" : ""}` }, about, make("p", { className: "inbox-words", dir: "auto", textContent: message.content }));
        this.items.set(message.id, { read, isSeller });
        return item;
    }

    /** Which of our messages the shopper has read. */
    mark() {
        for (const [id, { read, isSeller }] of this.items) read.hidden = !isSeller || id > this.head.seen_by_shopper;
    }

    stand(head) {
        this.head = head;
        const shown = JSON.stringify([head, lasting(head.waiting_since ?? head.created_at).textContent, head.due_at && time(head.due_at).textContent]);
        if (shown === this.shown) return;
        this.shown = shown;
        const { words } = this;
        this.parts.title.replaceChildren(make("bdi", { textContent: head.what || fill(words.conversation, { number: head.id }) }));
        const label = (text, kind = "") => make("span", { className: `inbox-label ${kind}` }, ...[text].flat());
        this.parts.facts.replaceChildren(
            make("span", { textContent: fill(words.conversation, { number: `#${head.id}` }) }),
            said("span", head.seller),
            label(words[head.type]),
            ...[
                head.state === "closed" && label(words.closed),
                head.visibility !== "private" && label(words[head.visibility], head.visibility === "asked" ? "is-asked" : ""),
                head.waiting_since && label(fillWith(words.waiting, { duration: lasting(head.waiting_since) })),
                head.is_overdue ? label(words.overdue, "is-bad") : head.due_at && label(fillWith(words.due, { when: time(head.due_at) })),
                head.rejection && label(fill(words.rejectedFor, { reason: head.rejection })),
                head.is_sender_blocked && label(words.blocked, "is-bad"),
            ].filter(Boolean),
        );
        if (this.mayChange) this.offer();
    }

    /** The buttons for what can be done now; the focus stays on the one that has it. */
    offer() {
        const { head, words } = this;
        const focused = this.parts.deeds.contains(document.activeElement) ? document.activeElement.dataset.deed : undefined;
        const deed = (name, text, act, keys) => {
            const button = make("button", { type: "button", textContent: text, "data-deed": name });
            if (keys) button.setAttribute("aria-keyshortcuts", keys);
            button.addEventListener("click", act);
            return button;
        };
        const withReason = (name, question, text) => async () => {
            const reason = await this.ask(question, text, { isNeeded: name === "reject" });
            if (reason !== null) this.act(name, { reason });
        };
        const isClosed = head.state === "closed";
        this.parts.deeds.replaceChildren(...[
            this.assignment(),
            isClosed ? deed("close", words.reopen, () => this.act("reopen"), "e") : deed("close", words.close, () => this.act("close"), "e"),
            head.is_publishable && head.visibility !== "published" && deed("publish", words.publish, () => this.act("publish", { upto: this.last })),
            head.is_publishable && head.visibility !== "rejected" && deed("reject", words.reject, withReason("reject", words.whyReject, words.reject)),
            head.is_sender_blocked ? deed("block", words.unblock, () => this.act("unblock")) : deed("block", words.block, withReason("block", words.whyBlock, words.block)),
        ].filter(Boolean));
        if (focused) this.parts.deeds.querySelector(`[data-deed="${focused}"]`)?.focus();
    }

    assignment() {
        const { head, words } = this;
        const known = this.colleagues.some(({ id }) => id === head.assignee_id) || head.assignee_id === null;
        const people = known ? this.colleagues : [...this.colleagues, { id: head.assignee_id, name: head.assignee }];
        const select = make("select", { "data-deed": "assign", "aria-keyshortcuts": "a" }, make("option", { value: "", textContent: words.nobody }));
        select.append(...people.map(({ id, name }) => make("option", { value: id, textContent: name })));
        select.value = head.assignee_id ?? "";
        select.addEventListener("change", () => this.act("assign", { assignee: select.value === "" ? null : Number(select.value) }));
        return make("label", {}, `${words.assignee} `, select);
    }
}
