// What the page asks the server and what it hears.

/** Why something was not answered. `isFinal`: the server has decided, so that the same call would not do better. */
export class Trouble extends Error {
    constructor(text, { status = 0, isFinal = false } = {}) {
        super(text);
        this.status = status;
        this.isFinal = isFinal;
    }
}

const NAMED = { 403: "forbidden", 404: "gone", 409: "stillRunning", 429: "throttled" };

export class Server {
    constructor(base, csrf, words) {
        this.base = base;
        this.csrf = csrf;
        this.words = words;
        this.tags = new Map();
    }

    /** The JSON at a path; null where it is still what it was when it was asked last, if `isWatched`. */
    async get(path, query = {}, { isWatched = false } = {}) {
        const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
        const address = `${this.base}${path}?${new URLSearchParams(given)}`;
        const headers = { Accept: "application/json" };
        if (isWatched && this.watched === address) headers["If-None-Match"] = this.tag;
        const answer = await this.fetch(address, { headers, cache: "no-store" });
        if (answer.status === 304) return null;
        const body = await this.read(answer);
        if (isWatched) [this.watched, this.tag] = [address, answer.headers.get("ETag")];
        return body;
    }

    /** Do one thing. The same `key` and `body` do it once, however often they are sent. */
    async post(path, body, key) {
        const headers = {
            Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": this.csrf, "Idempotency-Key": key,
        };
        return this.read(await this.fetch(`${this.base}${path}`, { method: "POST", headers, body }));
    }

    async fetch(address, options) {
        try {
            return await fetch(address, { ...options, redirect: "manual", credentials: "same-origin" });
        } catch {
            throw new Trouble(this.words.offline);
        }
    }

    async read(answer) {
        if (answer.type === "opaqueredirect") throw new Trouble(this.words.signedOut, { status: 401 });
        const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
        const body = isJson ? await answer.json() : null;
        if (answer.ok && isJson) return body;
        if (answer.status === 403 && !isJson) throw new Trouble(this.words.signedOut, { status: 401 });
        const said = body && answer.status in { 400: 0, 406: 0 } ? Object.values(body).flat()[0] : undefined;
        const isFinal = answer.status >= 400 && answer.status < 500 && ![409, 429].includes(answer.status);
        throw new Trouble(said ?? this.words[NAMED[answer.status]] ?? this.words.failed, { status: answer.status, isFinal });
    }
}
