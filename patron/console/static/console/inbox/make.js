// Elements and dates. What a shopper wrote is only ever set as text, never read as HTML.

export const language = document.documentElement.lang || "en";

/** An element with properties, attributes (those with a dash, and role) and children; what is falsy is left out. */
export const make = (tag, properties = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
        if (name.includes("-") || name === "role") element.setAttribute(name, value);
        else element[name] = value;
    }
    element.append(...children.filter((child) => child || child === 0));
    return element;
};

/** Somebody else's words, which know their own direction and leave that of what is around them alone. */
export const words = (tag, text, className = "") => make(tag, { className }, make("bdi", { textContent: text }));

/** A text with `{names}` in it, filled with texts. */
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));

/** The same with elements: what surrounds them becomes text. */
export const fillWith = (text, values) => text.split(/(\{\w+\})/).map((part) => values[part.slice(1, -1)] ?? part);

const full = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
const STEPS = [["day", 86400], ["hour", 3600], ["minute", 60]];

/** `3 hr. ago`; for what is longer ago than a week its date. */
const since = (date) => {
    const seconds = (date - Date.now()) / 1000;
    if (Math.abs(seconds) > 7 * 86400) return day.format(date);
    for (const [unit, length] of STEPS) {
        if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
    }
    return relative.format(0, "second");
};

/** A time, said as how long ago it is or in full. */
export const time = (iso, isFull = false) => {
    const date = new Date(iso);
    return make("time", { dateTime: iso, title: full.format(date), textContent: isFull ? full.format(date) : since(date) });
};

const lengths = Object.fromEntries(STEPS.map(([unit]) => [unit, new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" })]));

/** How long it has been since a time: `3 hours`. */
export const lasting = (iso) => {
    const date = new Date(iso);
    const seconds = Math.max((Date.now() - date) / 1000, STEPS.at(-1)[1]);
    const [unit, length] = STEPS.find(([, least]) => seconds >= least);
    return make("time", { dateTime: iso, title: full.format(date), textContent: lengths[unit].format(Math.trunc(seconds / length)) });
};

export const dayOf = (iso) => day.format(new Date(iso));

/** A number unlike any other, also where the page was not loaded over TLS and randomUUID is missing. */
export const key = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};
