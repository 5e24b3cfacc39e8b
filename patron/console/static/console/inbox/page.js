// The inbox: what is looked at stands in the address; what is new is asked for every two seconds while it is looked at.

import { Keys } from "./keys.js";
import { fill, key } from "./make.js";
import { Queue } from "./queue.js";
import { Reply } from "./reply.js";
import { Server } from "./server.js";
import { side } from "./side.js";
import { Thread } from "./thread.js";

const EVERY = 2000;
const SLOWEST = 60000;
const TYPING = 300;
const MOST_COUNTED = 1000;
const FILTERS = ["type", "answered", "seller", "from", "to"];

class Inbox {
    constructor(root) {
        this.root = root;
        const frame = root.parentElement;
        const part = (name) => frame.querySelector(`[data-${name}]`);
        Object.assign(this, JSON.parse(document.getElementById("inbox-state").textContent));
        this.server = new Server(root.dataset.inbox, root.dataset.csrf, this.words);
        this.parts = { news: part("news"), trouble: part("trouble"), filters: part("filters"), side: part("side"), filterCount: part("filter-count") };
        this.dialog = document.querySelector("[data-ask]");
        this.queue = new Queue(root, this.words, { open: (id) => this.open(id), addressOf: (id) => this.address({ conversation: id }) });
        this.thread = new Thread(root, { ...this, act: (name, body) => this.act(name, body), ask: (...asked) => this.ask(...asked), loadOlder: (before) => this.loadOlder(before) });
        this.reply = new Reply(part("reply"), { ...this, send: (id, attempt) => this.send(id, attempt) });
        this.wait = EVERY;
        this.listen(part);
        this.keys = new Keys(document.querySelector("[data-help]"), part("help-button"), this.does());
        this.readAddress();
        this.begin();
    }

    /** The first rows came with the page, unless the address holds days, which only this machine knows the length of. */
    begin() {
        this.count(this.counts);
        if (this.query.from || this.query.to || this.first.queue !== (this.query.queue ?? this.first.queue)) this.refresh();
        else this.list(this.first);
        if (this.query.conversation) this.open(this.query.conversation, { isNew: false });
        this.later();
    }

    listen(part) {
        const { filters } = this.parts;
        this.root.querySelectorAll("[data-queue]").forEach((link) => link.addEventListener("click", (event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            this.look({ ...this.query, queue: link.dataset.queue });
        }));
        const read = () => this.look({ ...this.query, ...this.filtersOf(), queue: filters.elements.q.value.trim() && !this.query.q ? "all" : this.query.queue });
        filters.addEventListener("submit", (event) => { event.preventDefault(); read(); });
        filters.addEventListener("reset", () => setTimeout(read));
        filters.addEventListener("input", () => { clearTimeout(this.typing); this.typing = setTimeout(read, TYPING); });
        this.queue.more.addEventListener("click", () => this.attempt(async () => this.queue.append(await this.server.get("list/", { ...this.asked(), after: this.queue.last }))));
        part("back").addEventListener("click", () => this.back());
        addEventListener("popstate", () => { this.readAddress(); this.queue.clear(); this.refresh(); if (this.query.conversation) this.open(this.query.conversation, { isNew: false }); else this.shut(); });
        document.addEventListener("visibilitychange", () => { if (!document.hidden) { this.wait = EVERY; this.update(); } });
    }

    does() {
        const whenOpen = (deed) => () => { if (this.thread.head) deed(); };
        const whenMine = (deed) => whenOpen(() => { if (this.mayChange) deed(); });
        return {
            j: () => this.step(1),
            k: () => this.step(-1),
            r: whenOpen(() => this.reply.focus()),
            s: whenOpen(() => this.reply.saved.show()),
            a: whenMine(() => this.act("assign", { assignee: this.thread.head.assignee_id === this.me ? null : this.me })),
            e: whenMine(() => this.act(this.thread.head.state === "closed" ? "reopen" : "close")),
            u: () => this.back(),
            "/": () => { this.root.dataset.pane = "list"; this.parts.filters.elements.q.select(); this.parts.filters.elements.q.focus(); },
            Escape: () => this.queue.focus(this.queue.chosen),
        };
    }

    readAddress() {
        const given = Object.fromEntries(new URLSearchParams(location.search));
        this.query = { queue: this.first.queue, ...given, conversation: Number(given.conversation) || undefined };
        for (const name of ["q", ...FILTERS]) this.parts.filters.elements[name].value = this.query[name] ?? "";
        this.parts.filters.querySelector("details").open = this.filterCount() > 0;
        this.showQueue();
    }

    address(changes = {}) {
        const given = Object.entries({ ...this.query, ...changes }).filter(([, value]) => value);
        return `?${new URLSearchParams(given)}`;
    }

    filtersOf() {
        return Object.fromEntries(["q", ...FILTERS].map((name) => [name, this.parts.filters.elements[name].value.trim()]));
    }

    filterCount() {
        return FILTERS.filter((name) => this.query[name]).length;
    }

    /** The query as the server has it: days as the times at which they begin here. */
    asked() {
        const { queue, q, type, answered, seller, from, to } = this.query;
        const begin = (day, more) => {
            if (!/^\d{4}-\d\d-\d\d$/.test(day ?? "")) return undefined;
            const [year, month, date] = day.split("-").map(Number);
            return new Date(year, month - 1, date + more).toISOString();
        };
        return { queue, q, type, answered, seller, since: begin(from, 0), until: begin(to, 1) };
    }

    look(query) {
        if (this.address() === `?${new URLSearchParams(Object.entries(query).filter(([, value]) => value))}`) return;
        this.query = query;
        history.replaceState(null, "", this.address());
        this.showQueue();
        this.queue.clear();
        this.queue.show();
        this.refresh();
    }

    showQueue() {
        this.root.querySelectorAll("[data-queue]").forEach((link) => {
            if (link.dataset.queue === this.query.queue) link.setAttribute("aria-current", "page");
            else link.removeAttribute("aria-current");
        });
        const count = this.filterCount();
        this.parts.filterCount.textContent = count;
        this.parts.filterCount.hidden = count === 0;
    }

    count(counts) {
        for (const link of this.root.querySelectorAll("[data-queue]")) {
            const shown = counts[link.dataset.queue];
            const badge = link.querySelector("[data-count]");
            badge.hidden = !shown;
            badge.textContent = shown > MOST_COUNTED ? `${MOST_COUNTED}+` : shown ?? "";
        }
    }

    /** The rows of an answer; those who have written since are named to who cannot see it. */
    list(page) {
        this.queue.isFiltered = this.filterCount() > 0 || Boolean(this.query.q);
        const news = this.queue.refresh(page).filter((row) => row.id !== this.query.conversation);
        if (news.length) this.say(fill(this.words.arrived, { name: news[0].shopper }));
    }

    refresh() {
        this.asking = (this.asking ?? 0) + 1;
        return this.update();
    }

    /** Ask for everything that is shown; what was asked before the reader looked elsewhere is thrown away. */
    async update() {
        clearTimeout(this.timer);
        const asking = this.asking;
        const conversation = this.thread.head?.id;
        try {
            const query = { ...this.asked(), size: this.queue.size, conversation, seen: conversation && this.thread.last };
            const answer = await this.server.get("updates/", query, { isWatched: true });
            this.wait = EVERY;
            this.trouble("");
            if (answer && asking === this.asking) this.take(answer, conversation);
            else if (!answer) this.queue.show();
        } catch (trouble) {
            if (asking === this.asking) this.trouble(trouble.message);
            this.wait = trouble.isFinal ? EVERY : Math.min(this.wait * 2, SLOWEST);
        }
        this.later();
    }

    take(answer, conversation) {
        this.count(answer.counts);
        this.list(answer.list);
        if (!conversation || this.thread.head?.id !== conversation) return;
        if (answer.thread) this.hear(answer.thread);
        else this.shut(this.words.gone);
    }

    /** What has become of the open conversation. */
    hear(news) {
        const fresh = this.thread.apply(news).filter((message) => message.sender === "user");
        this.reply.stand();
        if (!fresh.length) return;
        this.say(fill(this.words.newMessage, { name: this.thread.shopper.name, words: fresh.at(-1).content.slice(0, 200) }));
        this.seen();
    }

    later() {
        clearTimeout(this.timer);
        if (!document.hidden) this.timer = setTimeout(() => this.update(), this.wait);
    }

    async open(id, { isNew = true } = {}) {
        this.query.conversation = id;
        if (isNew) history[this.root.dataset.pane === "thread" ? "replaceState" : "pushState"](null, "", this.address());
        this.queue.choose(id);
        this.root.dataset.pane = "thread";
        try {
            const found = await this.server.get(`${id}/`);
            if (this.query.conversation !== id) return; // somebody has gone on meanwhile
            this.thread.open(found);
            this.reply.open(this.thread, found.saved);
            side(this.parts.side, found, this.words);
            this.seen();
        } catch (trouble) {
            if (this.query.conversation === id) this.shut(trouble.message);
        }
    }

    shut(text = "") {
        this.query.conversation = undefined;
        this.thread.clear();
        this.parts.side.hidden = true;
        this.root.dataset.pane = "list";
        this.queue.choose(undefined);
        if (text) this.trouble(text);
    }

    back() {
        const { chosen } = this.queue;
        this.root.dataset.pane = "list";
        this.queue.focus(chosen);
    }

    step(step) {
        const row = this.queue.neighbour(step);
        if (!row) return;
        this.open(row.id);
        this.queue.focus(row.id);
    }

    async loadOlder(before) {
        const { id } = this.thread.head;
        await this.attempt(async () => {
            const found = await this.server.get(`${id}/messages/`, { before });
            if (this.thread.head?.id === id) this.thread.prepend(found);
        });
    }

    /** Tell the shopper that it was read, once somebody who answers has it before them. */
    seen() {
        const { id, seen_by_seller: upto } = this.thread.head;
        if (this.mayChange && !document.hidden && this.thread.last > upto) this.server.post(`${id}/seen/`, "{}", key()).catch(() => {});
    }

    async send(id, { body, key: once }) {
        try {
            const news = await this.server.post(`${id}/reply/`, body, once);
            if (this.thread.head?.id === id && news) this.hear(news);
            this.say(this.words.sent);
        } finally {
            this.refresh(); // what was refused was refused for something that is not shown yet
        }
    }

    async act(name, body = {}) {
        const { id } = this.thread.head;
        await this.attempt(async () => {
            const news = await this.server.post(`${id}/${name}/`, JSON.stringify(body), key());
            if (this.thread.head?.id === id && news) this.hear({ ...news, messages: [] });
            this.say(this.words.done);
            this.refresh();
        });
    }

    async attempt(deed) {
        try {
            await deed();
            this.trouble("");
        } catch (trouble) {
            this.trouble(trouble.message);
        }
    }

    /** Ask for a reason; null where somebody thought better of it. */
    ask(question, deed, { isNeeded }) {
        const box = this.dialog.querySelector("textarea");
        this.dialog.querySelector("label").textContent = question;
        this.dialog.querySelector("[value=do]").textContent = deed;
        box.value = "";
        box.required = isNeeded;
        this.dialog.returnValue = "cancel";
        this.dialog.showModal();
        box.focus();
        return new Promise((resolve) => this.dialog.addEventListener("close", () => resolve(this.dialog.returnValue === "do" ? box.value : null), { once: true }));
    }

    say(text) {
        this.parts.news.textContent = text;
    }

    trouble(text) {
        if (this.parts.trouble.textContent === text) return;
        this.parts.trouble.textContent = text;
        this.parts.trouble.hidden = text === "";
    }
}

document.querySelectorAll("[data-inbox]").forEach((root) => new Inbox(root));
