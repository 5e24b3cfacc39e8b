// What somebody has begun to write. It outlives a reload, not the tab: others may use the machine later.

import { key } from "./make.js";

export class Drafts {
    constructor(me) {
        this.prefix = `inbox:${me}:`;
    }

    read(id) {
        try {
            return JSON.parse(sessionStorage.getItem(this.prefix + id)) ?? { text: "" };
        } catch {
            return { text: "" };
        }
    }

    write(id, draft) {
        if (draft.text === "") sessionStorage.removeItem(this.prefix + id);
        else sessionStorage.setItem(this.prefix + id, JSON.stringify(draft));
    }

    keep(id, text) {
        this.write(id, { ...this.read(id), text });
    }

    /** What to send for a text. After a call whose end is not known it is the same, so that it is done once. */
    sealed(id, text, seen) {
        const { attempt } = this.read(id);
        if (attempt?.text === text) return attempt;
        const fresh = { text, key: key(), body: JSON.stringify({ message_content: text, seen }) };
        this.write(id, { text, attempt: fresh });
        return fresh;
    }

    /** The server has decided about the attempt; the text stays. */
    unseal(id, text) {
        this.write(id, { text });
    }

    drop(id) {
        sessionStorage.removeItem(this.prefix + id);
    }
}
