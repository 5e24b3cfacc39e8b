// The box for an answer. What is sent is sent once, whatever becomes of the connection; what is refused stays in the box.

import { Drafts } from "./drafts.js";
import { Saved } from "./saved.js";

const FEW = 500; // characters left, from which on they are counted

export class Reply {
    /** `send(id, attempt)` posts and resolves when the server has it. */
    constructor(form, { me, words, mayChange, send }) {
        Object.assign(this, { form, words, mayChange, send });
        this.drafts = new Drafts(me);
        this.box = form.querySelector("textarea");
        this.button = form.querySelector("[type=submit]");
        this.note = form.querySelector("[data-note]");
        this.refusal = form.querySelector("[data-refusal]");
        this.left = form.querySelector("[data-left]");
        this.saved = new Saved(form.querySelector("[data-saved]"), this.box);
        this.box.addEventListener("input", () => this.changed());
        this.box.addEventListener("keydown", (event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
        });
        form.addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    }

    open(thread, saved) {
        this.thread = thread;
        this.id = thread.head.id;
        this.refuse("");
        this.box.value = this.drafts.read(this.id).text;
        this.saved.use(this.mayChange ? saved : []);
        this.isSending = false;
        this.changed();
        this.stand();
    }

    /** Whether it can be answered now. A draft stays in the box either way. */
    stand() {
        const isClosed = this.thread.head.state === "closed";
        this.box.disabled = isClosed || !this.mayChange;
        this.box.readOnly = this.isSending;
        this.button.disabled = this.box.disabled || this.isSending || this.box.value.trim() === "";
        this.button.textContent = this.isSending ? this.words.sending : this.words.send;
        this.saved.button.disabled = this.box.disabled;
        const note = !this.mayChange ? this.words.mayNotReply : isClosed ? this.words.isClosed : "";
        this.note.textContent = note;
        this.note.hidden = note === "";
    }

    changed() {
        this.drafts.keep(this.id, this.box.value);
        const left = this.box.maxLength - this.box.value.length;
        this.left.textContent = left <= FEW ? left : "";
        this.stand();
    }

    refuse(text) {
        this.refusal.textContent = text;
        this.refusal.hidden = text === "";
    }

    focus() {
        if (!this.box.disabled) this.box.focus();
    }

    async submit() {
        if (this.button.disabled) return;
        const { id } = this;
        const text = this.box.value;
        const attempt = this.drafts.sealed(id, text, this.thread.last);
        this.isSending = true;
        this.refuse("");
        this.stand();
        try {
            await this.send(id, attempt);
            this.drafts.drop(id);
            if (this.id === id) this.box.value = "";
        } catch (trouble) {
            if (trouble.isFinal) this.drafts.unseal(id, text);
            if (this.id === id) this.refuse(trouble.message);
        }
        if (this.id !== id) return;
        this.isSending = false;
        const left = this.box.maxLength - this.box.value.length;
        this.left.textContent = left <= FEW ? left : "";
        this.stand();
        this.focus();
    }
}
