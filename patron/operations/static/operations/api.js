"use strict";

const SAFE = new Set([undefined, "GET", "HEAD", "OPTIONS"]);

function cookie(name) {
  const found = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`));
  return found && found.slice(name.length + 1);
}

async function csrfToken() {
  return cookie("csrftoken") || (await (await fetch("/csrf_token/")).json()).csrf_token;
}

// The browser sends the session cookie by itself, but only a page can send the proof that the call comes from it.
async function withProof(request) {
  if (!SAFE.has(request.method) && !request.headers["X-CSRFToken"]) {
    request.headers["X-CSRFToken"] = await csrfToken();
  }
  return request;
}

async function show() {
  const spec = await (await fetch("/openapi.json")).json();
  // Behind a proxy that ends TLS the server may not know the scheme this page was asked by.
  spec.servers = [{ url: location.origin }];
  SwaggerUIBundle({
    spec,
    dom_id: "#api",
    presets: [SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    deepLinking: true,
    docExpansion: "none", // two hundred open operations are drawn anew at every click
    displayRequestDuration: true,
    defaultModelsExpandDepth: 0,
    validatorUrl: null,
    requestInterceptor: withProof,
  });
}

show();
