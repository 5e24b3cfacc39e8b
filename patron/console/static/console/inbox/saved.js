// Saved answers: a button, a box that finds by the beginning of words, a list walked with the arrow keys.

import { make } from "./make.js";

export class Saved {
    /** `box`: the textarea that an answer is inserted into. */
    constructor(root, box) {
        this.root = root;
        this.box = box;
        this.button = root.querySelector("button");
        this.picker = root.querySelector(".inbox-picker");
        this.input = root.querySelector("input");
        this.list = root.querySelector("ul");
        this.none = root.querySelector("[data-no-saved]");
        this.answers = [];
        this.button.addEventListener("click", () => (this.picker.hidden ? this.show() : this.hide()));
        this.input.addEventListener("input", () => this.find());
        this.input.addEventListener("keydown", (event) => this.pressed(event));
        root.addEventListener("focusout", (event) => { if (!root.contains(event.relatedTarget)) this.hide(false); });
        // At the beginning of a line a slash opens the list, in the place of being written.
        box.addEventListener("keydown", (event) => {
            const before = box.value.slice(0, box.selectionStart);
            if (event.key !== "/" || event.isComposing || !this.answers.length || (before !== "" && !before.endsWith("\n"))) return;
            event.preventDefault();
            this.show();
        });
    }

    use(answers) {
        this.answers = answers;
        this.button.hidden = answers.length === 0;
        this.hide(false);
    }

    show() {
        if (!this.answers.length || this.box.disabled) return;
        this.picker.hidden = false;
        this.button.setAttribute("aria-expanded", "true");
        this.input.value = "";
        this.find();
        this.input.focus();
    }

    hide(isFocusWanted = true) {
        if (this.picker.hidden) return;
        this.picker.hidden = true;
        this.button.setAttribute("aria-expanded", "false");
        if (isFocusWanted) this.box.focus();
    }

    find() {
        const wanted = this.input.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
        const fits = ({ title, content }) => wanted.every((part) => `${title}\n${content}`.toLocaleLowerCase().includes(part));
        this.found = this.answers.filter(fits);
        this.list.replaceChildren(...this.found.map((answer, at) => this.option(answer, at)));
        this.list.hidden = !this.found.length;
        this.none.hidden = this.found.length > 0;
        this.mark(0);
    }

    option(answer, at) {
        const title = make("strong", { dir: "auto", textContent: answer.title });
        const option = make("li", { id: `inbox-saved-${answer.id}`, role: "option" }, title, make("span", { dir: "auto", textContent: answer.content }));
        option.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays in the box
        option.addEventListener("click", () => { this.mark(at); this.insert(); });
        return option;
    }

    mark(at) {
        this.at = Math.min(Math.max(at, 0), this.found.length - 1);
        [...this.list.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === this.at)));
        const marked = this.list.children[this.at];
        if (marked) this.input.setAttribute("aria-activedescendant", marked.id);
        else this.input.removeAttribute("aria-activedescendant");
        marked?.scrollIntoView({ block: "nearest" });
    }

    pressed(event) {
        if (event.isComposing) return;
        const moves = { ArrowDown: this.at + 1, ArrowUp: this.at - 1 };
        if (event.key in moves) this.mark(moves[event.key]);
        else if (event.key === "Enter") this.insert();
        else if (event.key === "Escape") this.hide();
        else return;
        event.preventDefault();
        event.stopPropagation();
    }

    insert() {
        const answer = this.found[this.at];
        if (!answer) return;
        this.hide();
        this.box.setRangeText(answer.content, this.box.selectionStart, this.box.selectionEnd, "end");
        this.box.dispatchEvent(new Event("input", { bubbles: true }));
    }
}
