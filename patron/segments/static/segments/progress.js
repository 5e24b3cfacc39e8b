"use strict";
// Asks every two seconds how far the run over all shoppers is, for as long as one is at work.

(() => {
    const EVERY = 2000;

    const follow = (section) => {
        const text = section.querySelector("[data-text]");
        const bar = section.querySelector("progress");
        const ask = async () => {
            const answer = await fetch(section.dataset.progress, { headers: { Accept: "application/json" } });
            if (!answer.ok) return;
            const progress = await answer.json();
            if (text.textContent !== progress.text) text.textContent = progress.text;
            bar.value = progress.percent;
            bar.hidden = !progress.is_running;
            if (progress.is_running) setTimeout(ask, EVERY);
        };
        if (!bar.hidden) setTimeout(ask, EVERY);
    };

    addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-progress]").forEach(follow));
})();
