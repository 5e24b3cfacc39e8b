"use strict";
// Inputs that write a rule. The textarea is what is sent; the inputs are made from it and write into it, so it can be
// edited by hand at any time. Each change is counted by the server, which also says where a rule is at fault.

(() => {
    const PAUSE = 300;
    const LONGEST_LINES = 4;

    /** An element with properties, attributes (those with a dash, and role) and children. */
    const make = (tag, properties = {}, ...children) => {
        const element = document.createElement(tag);
        for (const [name, value] of Object.entries(properties)) {
            if (name.includes("-") || name === "role") element.setAttribute(name, value);
            else element[name] = value;
        }
        element.append(...children);
        return element;
    };

    const select = (label, options, chosen) => {
        const made = make("select", { "aria-label": label });
        for (const [value, text] of options) made.append(make("option", { value, textContent: text }));
        if (options.some(([value]) => value === chosen)) made.value = chosen;
        return made;
    };

    class Editor {
        constructor(root) {
            this.root = root;
            this.builder = root.querySelector("[data-builder]");
            this.source = root.querySelector("textarea");
            this.fault = root.querySelector("[data-fault]");
            this.count = root.querySelector("[data-count]");
            this.sample = root.querySelector("[data-sample]");
            Object.assign(this, JSON.parse(document.getElementById("rule-catalogue").textContent));
            this.places = new Map();
            this.source.addEventListener("input", () => this.readSource());
            this.readSource();
            root.querySelector("[data-source]").open = this.builder.hidden;
        }

        /** The textarea was edited: make the inputs anew. */
        readSource() {
            let rule;
            try {
                rule = JSON.parse(this.source.value);
            } catch {
                this.say(this.words.notJson);
                this.builder.hidden = true;
                return;
            }
            try {
                const top = this.node(rule);
                this.top = top.matches(".rule-group") ? top : this.group("all", [rule], true);
                this.builder.replaceChildren(this.top);
                this.builder.hidden = false;
                this.read();
            } catch {
                this.builder.hidden = true;
                this.say(this.words.notShown);
            }
            this.ask(rule);
        }

        /** An input was changed: write the textarea anew. */
        changed() {
            const rule = this.read();
            this.source.value = JSON.stringify(rule, null, 2);
            this.ask(rule);
        }

        /** The rule as the inputs say it, and the place of each of its parts. */
        read() {
            this.places.clear();
            return this.top.rule("rule");
        }

        node(rule) {
            if ("field" in rule) return this.condition(rule);
            const [[word, inner]] = Object.entries(rule);
            if (word === "not") {
                const [[below, parts]] = Object.entries(inner);
                if (below === "any") return this.group("none", parts);
                if (below === "all") return this.group("notall", parts);
                return this.group("none", [inner], true);
            }
            return this.group(word, inner);
        }

        /** `isBare`: the JSON has no list here, so as long as one rule is in it, none is written. */
        group(word, rules, isBare = false) {
            const words = this.words;
            const kind = select(words.group, ["all", "any", "none", "notall"].map((each) => [each, words[each]]), word);
            const parts = make("ul", { className: "rule-parts" }, ...rules.map((rule) => this.part(this.node(rule))));
            const addCondition = make("button", { type: "button", textContent: words.addCondition });
            const addGroup = make("button", { type: "button", textContent: words.addGroup });
            const buttons = make("div", { className: "rule-buttons" }, addCondition, addGroup);
            const group = make("fieldset", { className: "rule-group" }, make("legend", {}, kind), parts, buttons);
            const add = (rule) => {
                const part = this.part(this.node(rule));
                parts.append(part);
                part.querySelector("select").focus();
                this.changed();
            };
            kind.addEventListener("change", () => this.changed());
            addCondition.addEventListener("click", () => add({ field: this.fields[0].name, op: "eq", value: this.fields[0].choices[0][0] }));
            addGroup.addEventListener("click", () => add({ any: [] }));
            group.rule = (path) => {
                this.places.set(path, group);
                const joined = kind.value === "all" || kind.value === "notall" ? "all" : "any";
                const inside = kind.value === joined ? path : `${path}.not`;
                const single = isBare && kind.value === word && parts.children.length === 1 ? parts.firstElementChild : null;
                const rule = single ? single.node.rule(inside) : { [joined]: [...parts.children].map((part, at) => part.node.rule(`${inside}.${joined}[${at}]`)) };
                return inside === path ? rule : { not: rule };
            };
            return group;
        }

        /** A list item around a condition or a group, with the button that removes it. */
        part(node) {
            const remove = make("button", { type: "button", textContent: this.words.remove });
            const part = make("li", {}, node);
            part.node = node;
            (node.querySelector(":scope > .rule-buttons") ?? node).append(remove);
            remove.addEventListener("click", () => {
                const group = part.closest(".rule-group");
                part.remove();
                group.querySelector(":scope > .rule-buttons > button").focus();
                this.changed();
            });
            return part;
        }

        condition(rule) {
            const [name, dot, key] = this.split(rule.field);
            const known = [...this.fields, ...this.families];
            const field = select(this.words.field, known.map((each) => [each.name, each.label]), name);
            if (field.value !== name) throw new Error("a field that is not offered");
            const row = make("div", { className: "rule-condition", role: "group", "aria-label": this.words.condition }, field);
            let part, op, value;
            const rest = (chosen, given, under) => {
                const described = known.find((each) => each.name === field.value);
                [part, op, value].forEach((old) => old?.remove());
                part = described.part ? make("input", { type: "text", value: under ?? described.example, pattern: described.pattern, "aria-label": described.part, dir: "ltr", size: 12 }) : undefined;
                op = select(this.words.op, described.ops, chosen);
                value = this.value(described, op.value, given);
                field.after(...[part, op, value].filter(Boolean));
                part?.addEventListener("input", () => this.changed());
                op.addEventListener("change", () => {
                    const other = this.value(described, op.value, undefined);
                    value.replaceWith(other);
                    value = other;
                    this.changed();
                });
            };
            rest(rule.op, rule.value, dot ? key : undefined);
            field.addEventListener("change", () => { rest("eq", undefined, undefined); this.changed(); });
            row.addEventListener("input", (event) => { if (value.contains(event.target)) this.changed(); });
            row.rule = (path) => {
                this.places.set(path, row);
                this.places.set(`${path}.field`, part ?? field);
                this.places.set(`${path}.op`, op);
                this.places.set(`${path}.value`, value);
                return { field: part ? `${field.value}.${part.value}` : field.value, op: op.value, value: value.read() };
            };
            return row;
        }

        split(name) {
            const at = name.indexOf(".");
            return at < 0 ? [name, "", ""] : [name.slice(0, at), ".", name.slice(at + 1)];
        }

        /** The input of a value; `read()` is what it says, in JSON. */
        value(field, op, given) {
            const words = this.words;
            if (op === "isnull") return this.flag(given ?? true);
            if (op === "in" && field.choices.length) return this.boxes(field.choices, Array.isArray(given) ? given : []);
            if (field.kind === "attribute") return this.typed(op, given);
            if (op === "in") return this.lines(field.kind, Array.isArray(given) ? given : []);
            if (field.kind === "flag") return this.flag(given ?? true);
            if (field.kind === "choice") {
                const made = select(words.value, field.choices, given);
                made.read = () => made.value;
                return made;
            }
            return this.single(field.kind, given);
        }

        single(kind, given) {
            const type = { number: "number", date: "date" }[kind] ?? "text";
            const made = make("input", { type, value: given ?? "", "aria-label": this.words.value, dir: type === "text" ? "auto" : "ltr" });
            if (type === "number") made.step = "any";
            made.read = () => this.scalar(kind, made.value);
            return made;
        }

        scalar(kind, text) {
            if (kind === "number") return text.trim() === "" ? null : Number(text);
            return text;
        }

        lines(kind, given) {
            const made = make("textarea", { value: given.join("\n"), rows: Math.min(Math.max(given.length, 2), LONGEST_LINES), cols: 24, "aria-label": this.words.values, dir: "auto" });
            made.read = () => made.value.split("\n").filter((line) => line !== "").map((line) => this.scalar(kind, line));
            return made;
        }

        flag(given) {
            const made = select(this.words.value, [["true", this.words.yes], ["false", this.words.no]], String(given));
            made.read = () => made.value === "true";
            return made;
        }

        boxes(choices, given) {
            const boxes = choices.map(([choice]) => make("input", { type: "checkbox", value: choice, checked: given.includes(choice) }));
            const labels = choices.map(([, label], at) => make("label", {}, boxes[at], label));
            const made = make("fieldset", { className: "rule-choices", "aria-label": this.words.value }, ...labels);
            made.read = () => boxes.filter((box) => box.checked).map((box) => box.value);
            return made;
        }

        /** A value of an attribute, whose type is not known and so is chosen. */
        typed(op, given) {
            const first = Array.isArray(given) ? given[0] : given;
            const kinds = ["text", "number", ...(["eq", "ne"].includes(op) ? ["flag"] : [])];
            const now = { number: "number", boolean: "flag" }[typeof first] ?? "text";
            const kind = select(this.words.type, (op === "startswith" ? ["text"] : kinds).map((each) => [each, this.words[each]]), now);
            const input = (value) => (op === "in" ? this.lines(kind.value, value ?? []) : kind.value === "flag" ? this.flag(value ?? true) : this.single(kind.value, value));
            let inner = input(given);
            const made = make("span", { className: "rule-typed" }, kind, inner);
            kind.addEventListener("change", () => {
                const other = input(undefined);
                inner.replaceWith(other);
                inner = other;
                this.changed();
            });
            made.read = () => inner.read();
            return made;
        }

        /** Have the rule counted, a moment after the last change; an answer to an older rule is dropped. */
        ask(rule) {
            clearTimeout(this.timer);
            this.request?.abort();
            this.timer = setTimeout(() => this.preview(rule), PAUSE);
        }

        async preview(rule) {
            this.request = new AbortController();
            this.count.textContent = this.words.counting;
            let body;
            try {
                const answer = await fetch(this.root.dataset.preview, {
                    method: "POST",
                    headers: { "Content-Type": "application/json", "X-CSRFToken": this.source.form.elements.csrfmiddlewaretoken.value },
                    body: JSON.stringify({ rule }),
                    signal: this.request.signal,
                });
                body = await answer.json();
            } catch (error) {
                if (error.name !== "AbortError") this.count.textContent = this.words.unreachable;
                return;
            }
            this.say(body.fault ?? "", body.path);
            this.count.textContent = body.text ?? "";
            this.sample.replaceChildren(...(body.sample ?? []).map((each) => make("li", {}, make("a", { href: each.address, textContent: each.text, className: "text-link" }))));
        }

        /** Show a fault, or none, and mark the input it is about. */
        say(text, path) {
            this.root.querySelectorAll("[aria-invalid]").forEach((marked) => {
                marked.removeAttribute("aria-invalid");
                marked.classList.remove("rule-broken");
            });
            this.fault.hidden = !text;
            this.fault.replaceChildren(...(path ? [make("bdi", { dir: "ltr", textContent: path }), ": "] : []), text);
            if (!path) return;
            const places = [...this.places.keys()].filter((known) => path.startsWith(known));
            const nearest = this.places.get(places.sort((one, other) => other.length - one.length)[0]);
            nearest?.setAttribute("aria-invalid", "true");
            nearest?.classList.add("rule-broken");
        }
    }

    addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-rule-editor]").forEach((root) => new Editor(root)));
})();
