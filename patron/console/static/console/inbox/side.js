// Beside the thread: who writes and what it is about.

import { dayOf, fill, make, words as said } from "./make.js";

const MOST_COUNTED = 100;

/** Names and values; what has no value is left out. */
const facts = (pairs) => make("dl", {}, ...pairs.filter(([, value]) => value !== null && value !== "" && value !== undefined).map(([name, value]) => {
    const shown = value instanceof Node ? value : said("span", value);
    return make("div", {}, make("dt", { textContent: name }), make("dd", {}, shown));
}));

const ltr = (text) => text && make("bdi", { dir: "ltr", textContent: text });

const money = (amount, currency) => {
    if (amount === null) return null;
    return ltr(`${amount} ${(currency ?? "").toUpperCase()}`.trim());
};

const language = (code) => {
    try {
        return new Intl.DisplayNames([document.documentElement.lang || "en"], { type: "language" }).of(code);
    } catch {
        return code;
    }
};

export const side = (root, { shopper, item }, words) => {
    const verified = (text, isVerified) => text && make("span", {}, ltr(text), isVerified && make("span", { className: "inbox-label", textContent: words.verified }));
    const count = shopper.conversations > MOST_COUNTED ? fill(words.moreThan, { count: MOST_COUNTED }) : String(shopper.conversations);
    const who = make("section", { "aria-labelledby": "inbox-who" },
        make("h2", { id: "inbox-who", textContent: words.shopper }),
        said("p", shopper.name || `#${shopper.id}`, "inbox-name"),
        !shopper.is_active && make("p", { className: "inbox-note", textContent: words.inactive }),
        facts([
            [words.email, verified(shopper.email, shopper.is_email_verified)],
            [words.phone, verified(shopper.phone, shopper.is_phone_verified)],
            [words.language, language(shopper.language)],
            [words.joined, dayOf(shopper.joined_at)],
            [words.conversations, count],
        ]),
        shopper.address ? make("p", {}, make("a", { href: shopper.address, textContent: words.profile })) : make("p", { className: "inbox-note", textContent: words.masked }),
    );
    root.replaceChildren(who);
    root.hidden = false;
    if (!item) return;
    root.append(make("section", { "aria-labelledby": "inbox-item" },
        make("h2", { id: "inbox-item", textContent: words.item }),
        facts([
            [words.product, item.product],
            [words.sku, ltr(item.sku)],
            [words.order, ltr(item.order)],
            [words.placed, item.placed_at && dayOf(item.placed_at)],
            [words.orderStatus, item.order_status],
            [words.amount, money(item.amount, item.currency)],
            [words.itemStatus, item.status],
            [words.price, money(item.price, item.currency)],
            [words.delivered, item.delivered_at ? dayOf(item.delivered_at) : item.order && words.notDelivered],
        ]),
        item.address && make("p", {}, make("a", { href: item.address, textContent: words.openOrder })),
    ));
};
