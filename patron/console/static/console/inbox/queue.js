// The list of one queue. The rows that the page has are asked anew with each update; rows that fell behind the last of
// these stay as they were known, so that a list of many pages has no gaps.

import { fill, fillWith, make, time, words as said } from "./make.js";

const MOST_ASKED = 200;
const PAGE = 50;

/** [time, number] of a row, by which the server orders; its times are of one length and so compare as texts. */
const placeOf = (row) => {
    const at = row.position.lastIndexOf("_");
    return [row.position.slice(0, at), Number(row.position.slice(at + 1))];
};

export class Queue {
    /** `root`: the section. `open(id)` is called for a row that is clicked, `addressOf(id)` gives its link. */
    constructor(root, words, { open, addressOf }) {
        Object.assign(this, { words, open, addressOf });
        this.list = root.querySelector("[data-rows]");
        this.empty = root.querySelector("[data-empty]");
        this.more = root.querySelector("[data-more]");
        this.items = new Map();
        this.clear();
    }

    clear() {
        this.rows = [];
        this.hasMore = false;
        this.isKnown = false;
    }

    /** How many rows to ask for, so that all that is shown is asked anew. */
    get size() {
        return Math.min(Math.max(this.rows.length, PAGE), MOST_ASKED);
    }

    get last() {
        return this.rows.at(-1)?.position;
    }

    /** The first rows as they are now. Returns those that have come or spoken since. */
    refresh({ rows, has_more: hasMore, is_newest_first: isNewestFirst }) {
        this.isNewestFirst = isNewestFirst;
        const known = new Map(this.rows.map((row) => [row.id, row]));
        const now = new Set(rows.map((row) => row.id));
        const behind = hasMore ? this.rows.filter((row) => !now.has(row.id) && this.compare(row, rows.at(-1)) > 0) : [];
        const news = this.isKnown ? rows.filter((row) => row.is_unseen && known.get(row.id)?.message_count !== row.message_count) : [];
        this.rows = [...rows, ...behind];
        if (!behind.length) this.hasMore = hasMore;
        this.isKnown = true;
        this.show();
        return news;
    }

    /** The rows behind those that are shown. */
    append({ rows, has_more: hasMore }) {
        const now = new Set(rows.map((row) => row.id));
        this.rows = [...this.rows.filter((row) => !now.has(row.id)), ...rows];
        this.hasMore = hasMore;
        this.show();
    }

    compare(one, other) {
        const [[when, id], [otherWhen, otherId]] = [placeOf(one), placeOf(other)];
        const order = when === otherWhen ? id - otherId : when < otherWhen ? -1 : 1;
        return this.isNewestFirst ? -order : order;
    }

    /** The row `step` after the chosen one; of one that has left the queue meanwhile, after its place. */
    neighbour(step) {
        const at = this.rows.findIndex((row) => row.id === this.chosen);
        if (at >= 0) return this.rows[at + step];
        if (!this.place) return this.rows[step > 0 ? 0 : -1];
        const next = this.rows.findIndex((row) => this.compare(row, this.place) > 0);
        return step > 0 ? this.rows[next] : this.rows[next < 0 ? this.rows.length - 1 : next - 1];
    }

    choose(id) {
        this.chosen = id;
        this.place = this.rows.find((row) => row.id === id) ?? null;
        this.show();
        this.items.get(id)?.link.scrollIntoView({ block: "nearest" });
    }

    focus(id) {
        this.items.get(id)?.link.focus();
    }

    show({ isFiltered = this.isFiltered } = {}) {
        this.isFiltered = isFiltered;
        const focused = document.activeElement;
        const shown = new Set(this.rows.map((row) => row.id));
        for (const [id, item] of this.items) {
            if (shown.has(id)) continue;
            item.element.remove();
            this.items.delete(id);
        }
        this.rows.forEach((row, at) => {
            const item = this.items.get(row.id) ?? this.item(row.id);
            this.fill(item, row);
            if (this.list.children[at] !== item.element) this.list.insertBefore(item.element, this.list.children[at] ?? null);
        });
        if (this.list.contains(focused)) focused.focus();
        this.more.hidden = !this.hasMore;
        this.empty.hidden = this.rows.length > 0 || !this.isKnown;
        this.empty.textContent = isFiltered ? this.words.emptyFiltered : this.words.empty;
    }

    item(id) {
        const link = make("a", { className: "inbox-row" });
        link.addEventListener("click", (event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            this.open(id);
        });
        const item = { link, element: make("li", {}, link) };
        this.items.set(id, item);
        return item;
    }

    fill(item, row) {
        const when = row.waiting_since ?? row.active_at;
        const isChosen = row.id === this.chosen;
        const state = JSON.stringify([row, isChosen, time(when).textContent, row.due_at && time(row.due_at).textContent]);
        if (item.state === state) return;
        item.state = state;
        item.link.href = this.addressOf(row.id);
        if (isChosen) item.link.setAttribute("aria-current", "true");
        else item.link.removeAttribute("aria-current");
        item.link.classList.toggle("is-unseen", row.is_unseen);
        const { words } = this;
        item.link.replaceChildren(
            make("span", { className: "inbox-line" }, said("strong", row.shopper || `#${row.shopper_id}`), time(when)),
            make("span", { className: "inbox-line" }, said("span", row.what || fill(words.conversation, { number: row.id }), "inbox-what"), said("span", row.datasource, "inbox-seller")),
            said("span", row.excerpt, "inbox-excerpt"),
            make("span", { className: "inbox-labels" }, ...this.labels(row)),
        );
    }

    labels(row) {
        const { words } = this;
        const label = (text, kind = "") => make("span", { className: `inbox-label ${kind}`, textContent: text });
        return [
            row.is_unseen && label(words.unseen, "is-new"),
            label(words[row.type]),
            row.is_overdue ? label(words.overdue, "is-bad") : row.due_at && make("span", { className: "inbox-label" }, ...fillWith(words.due, { when: time(row.due_at) })),
            row.state === "closed" && label(words.closed),
            row.visibility === "asked" && label(words.asked, "is-asked"),
            row.assignee && said("span", row.assignee, "inbox-label"),
        ];
    }
}
