// Single keys, which work where nothing is written and can be switched off.

const KEPT = "inbox:keys";

export class Keys {
    /** `does`: key → what it does; the keys of an open dialog are its own. */
    constructor(dialog, button, does) {
        this.does = { ...does, "?": () => this.help() };
        this.dialog = dialog;
        this.box = dialog.querySelector("[data-keys-on]");
        this.box.checked = localStorage.getItem(KEPT) !== "off";
        this.box.addEventListener("change", () => localStorage.setItem(KEPT, this.box.checked ? "on" : "off"));
        button.addEventListener("click", () => this.help());
        // before the console's own keys
        addEventListener("keydown", (event) => this.pressed(event), { capture: true });
    }

    help() {
        this.dialog.showModal();
    }

    pressed(event) {
        if (document.querySelector("dialog[open]") || event.isComposing) return;
        const isWriting = event.target.matches?.("input, textarea, select, [contenteditable]");
        if (event.key === "Escape" && isWriting && event.target.closest("[data-inbox]") && !event.target.closest(".inbox-picker")) {
            event.target.blur();
            this.does.Escape();
            return;
        }
        const does = this.does[event.key] ?? this.does[latin(event)];
        if (isWriting || !does || event.key === "Escape" || event.ctrlKey || event.metaKey || event.altKey || !this.box.checked) return;
        event.preventDefault();
        event.stopPropagation();
        does();
    }
}

/** What a Latin keyboard has in the same place, for layouts that have no such letter: Cyrillic, Arabic. */
function latin(event) {
    if (event.key.codePointAt(0) < 128) return undefined;
    if (event.code === "Slash") return event.shiftKey ? "?" : "/";
    return event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : undefined;
}
