// Every way in which a web page can send a request. The same list runs in every page of the test: see mod.rs.
//
// A vector that reads answers with what the page could see of the secret; one that changes or touches leaves a mark in
// the plugin, under the name that `url` puts into the query.

const asked = new URL(document.currentScript.src).searchParams;
const [page, target, reports] = ["page", "target", "reports"].map(name => asked.get(name));
const mine = new URL(reports).origin;

const pause = ms => new Promise(done => setTimeout(done, ms));
const socketUrl = path => target.replace("http", "ws") + path;

// Resolves with the element when it has loaded or failed.
function element(name, attributes, place = document.body) {
    return new Promise(done => {
        const made = Object.assign(document.createElement(name), attributes);
        made.onload = made.onloadedmetadata = made.onerror = () => done(made);
        place.append(made);
    });
}

// On the shell's own pages and those of an allowed origin, attempts must succeed, also on a busy machine.
const isAllowed = ["own", "dev server"].includes(page);
// Milliseconds in which another window may post a message that nothing depends on.
const brief = 300;
// The same for a message that must come on the shell's own pages.
const patience = page === "own" ? 4000 : brief;

// Resolves with the message of another window, if it comes within `limit` after `shown`.
async function told(shown, limit = patience) {
    const said = new Promise(done => {
        const listen = event => {
            if (typeof event.data !== "string") return;
            removeEventListener("message", listen);
            done(event.data);
        };
        addEventListener("message", listen);
    });
    return Promise.race([said, shown(said).then(() => pause(limit))]);
}

const frame = (attributes, limit = patience) => told(() => element("iframe", attributes), limit);
const text = (...request) => fetch(...request).then(answer => answer.text());
const inFrame = url => `<script>fetch(${JSON.stringify(url)}).then(a => a.text())
    .then(seen => parent.postMessage(seen, "*"), error => parent.postMessage(String(error), "*"))<\/script>`;
const redirected = (url, status = 302) => `${mine}/to?status=${status}&url=${encodeURIComponent(url)}`;

function submit(form, fields = {}, limit = brief) {
    return told(() => new Promise(async done => {
        const name = `form${Math.random()}`;
        const shown = document.createElement("iframe");
        shown.name = name;
        document.body.append(shown);
        const made = Object.assign(document.createElement("form"), { target: name, ...form });
        const url = new URL(form.action);
        if (form.method === "get") url.searchParams.forEach((value, key) => fields[key] = value);
        for (const [name, value] of Object.entries(fields)) {
            made.append(Object.assign(document.createElement("input"), { name, value }));
        }
        document.body.append(made);
        shown.onload = done;
        made.submit();
    }), limit);
}

// On our own page, the window stays until it has done what it is there for; nobody else could see that.
function opened(url, isDone, after = () => {}) {
    return told(async said => {
        const other = open(url, "_blank");
        await (page === "own" ? Promise.race([isDone(said), pause(15000)]) : pause(700));
        try {
            after(other);
        } finally {
            other?.close();
        }
    });
}

// When the plugin has seen the attempt.
async function marked(by) {
    const marks = () => fetch(`${target}/api/secret/marks`).then(answer => answer.json());
    while (!(await marks())[by]) await pause(50);
}

function socket(path, first) {
    return new Promise((done, failed) => {
        const socket = new WebSocket(socketUrl(path));
        socket.onopen = () => first && socket.send(first);
        socket.onerror = () => failed(new Error("no socket"));
        socket.onmessage = event => {
            const said = JSON.parse(event.data);
            if (first && said.type === "push") return;
            done(said.payload ?? said.result ?? said);
            socket.close();
        };
    });
}

function events(url, options) {
    return new Promise((done, failed) => {
        const source = new EventSource(url, options);
        source.onmessage = event => (done(event.data), source.close());
        source.onerror = () => (failed(new Error("no events")), source.close());
    });
}

async function script(url, attributes = {}) {
    delete globalThis.secret;
    await element("script", { src: url, ...attributes });
    return globalThis.secret;
}

async function stylesheet(url, attributes = {}) {
    const link = await element("link", { rel: "stylesheet", href: url, ...attributes });
    const seen = getComputedStyle(document.documentElement).getPropertyValue("--secret").trim();
    link.remove();
    return seen;
}

function worker(url, options) {
    const code = `importScripts(${JSON.stringify(url)}); postMessage(self.secret)`;
    const made = new Worker(URL.createObjectURL(new Blob([code])), options);
    return new Promise((done, failed) => {
        made.onmessage = event => done(event.data);
        made.onerror = failed;
    });
}

async function serviceWorker(url) {
    if (location.origin !== mine || !isSecureContext) return undefined;
    const script = `/worker.js?import=${encodeURIComponent(url)}`;
    const registered = await navigator.serviceWorker.register(script);
    const { port1, port2 } = new MessageChannel();
    (registered.installing ?? registered.waiting ?? registered.active).postMessage("", [port2]);
    return new Promise(done => port1.onmessage = event => done(event.data));
}

const image = async (url, attributes) => (await element("img", { ...attributes, src: url })).naturalWidth;
const media = async (name, url, attributes) => Math.round((await element(name, { ...attributes, src: url })).duration * 1000);
const request = (method, options = {}) => url => text(url("change"), { method, ...options });
const answers = async path => {
    const answer = await fetch(target + path);
    return answer.status === 403 ? undefined : `answered ${answer.status}`;
};

const reads = {
    // A tab loads these only while it is in front, where mod.rs leaves it until they are over.
    "object": url => told(() => element("object", { data: url("page"), type: "text/html" })),
    "embed": url => told(() => element("embed", { src: url("page"), type: "text/html" })),
    "audio": url => media("audio", url("sound.wav")),
    "video": url => media("video", url("sound.wav")),
    "video with CORS": url => media("video", url("sound.wav"), { crossOrigin: "anonymous" }),
    "fetch": url => text(url("text")),
    "fetch with credentials": url => text(url("text"), { credentials: "include" }),
    "fetch with a header": url => text(url("text"), { headers: { "x-mine": "1" } }),
    "fetch with a token": url => text(url("text"), { headers: { authorization: "Bearer 0" } }),
    "fetch without CORS": url => text(url("text"), { mode: "no-cors" }),
    "fetch without a referrer": url => text(url("text"), { referrerPolicy: "no-referrer" }),
    "fetch past the cache": url => text(url("text"), { cache: "no-store" }),
    "fetch as another target": url => text(url("text"), { targetAddressSpace: "loopback" }),
    "XMLHttpRequest": url => new Promise((done, failed) => {
        const request = new XMLHttpRequest();
        request.open("GET", url("text"));
        request.onload = () => done(request.responseText);
        request.onerror = failed;
        request.send();
    }),
    "script": url => script(url("script.js")),
    "script with CORS": url => script(url("script.js"), { crossOrigin: "anonymous" }),
    "script without a referrer": url => script(url("script.js"), { referrerPolicy: "no-referrer" }),
    "module": async url => (await import(url("script.js")), globalThis.secret),
    "stylesheet": url => stylesheet(url("style.css")),
    "stylesheet with CORS": url => stylesheet(url("style.css"), { crossOrigin: "anonymous" }),
    "image": url => image(url("image.svg")),
    "image with CORS": url => image(url("image.svg"), { crossOrigin: "anonymous" }),
    "iframe": url => frame({ src: url("page") }),
    "iframe without a referrer": url => frame({ src: url("page"), referrerPolicy: "no-referrer" }),
    "iframe in a sandbox": url => frame({ sandbox: "allow-scripts", src: url("page") }),
    "fetch in a sandbox": url => frame({ sandbox: "allow-scripts", srcdoc: inFrame(url("text")) }, brief),
    "fetch in data:": url => frame({ src: `data:text/html,${encodeURIComponent(inFrame(url("text")))}` }, brief),
    "fetch in srcdoc": url => frame({ srcdoc: inFrame(url("text")) }),
    "window": url => opened(url("page"), said => said),
    "form GET": url => submit({ method: "get", action: url("page") }, {}, patience),
    "EventSource": url => events(url("events")),
    "EventSource with credentials": url => events(url("events"), { withCredentials: true }),
    "WebSocket of the plugin": url => socket(new URL(url("socket")).pathname + new URL(url("socket")).search),
    "WebSocket of the UI": () => socket("/__stratos/ipc/secret"),
    "worker": url => worker(url("script.js")),
    "service worker": url => serviceWorker(url("script.js")),
    "redirected fetch": url => text(redirected(url("text"))),
    "redirected script": url => script(redirected(url("script.js"))),
    "redirected image": url => image(redirected(url("image.svg"))),
    "redirected iframe": url => frame({ src: redirected(url("page")) }, brief),
    "redirected EventSource": url => events(redirected(url("events"))),
    "refreshed iframe": url => frame({ src: `${mine}/refresh?url=${encodeURIComponent(url("page"))}` }, brief),
    "the welcome page": () => answers("/"),
    "a path without a plugin": () => answers("/nowhere"),
    "the control API": () => answers("/__stratos/api/v1/plugins"),
    "the control API's events": () => answers("/__stratos/api/v1/events"),
};

const changes = {
    "GET": request("GET"),
    "GET without CORS": request("GET", { mode: "no-cors" }),
    "POST": request("POST"),
    "POST without CORS": request("POST", { mode: "no-cors", body: "x" }),
    "POST of JSON": request("POST", { body: "{}", headers: { "content-type": "application/json" } }),
    "POST of JSON as text": request("POST", { mode: "no-cors", body: "{}", headers: { "content-type": "text/plain" } }),
    "POST of a blob without a type": request("POST", { mode: "no-cors", body: new Blob(["{}"]) }),
    "POST that outlives its page": request("POST", { mode: "no-cors", keepalive: true, body: "x" }),
    "PUT": request("PUT"),
    "DELETE": request("DELETE"),
    "form POST": url => submit({ method: "post", action: url("change") }),
    "form POST as text": url => submit({ method: "post", action: url("change"), enctype: "text/plain" }, { "{\"a\":\"": "\"}" }),
    "form POST of a file": url => submit({ method: "post", action: url("change"), enctype: "multipart/form-data" }, { a: "b" }),
    "form GET to change": url => submit({ method: "get", action: url("change") }),
    "window to change": (url, by) => opened(url("change"), () => marked(by)),
    "form POST in a window": url => opened("about:blank", () => pause(2500), other => {
        const form = other.document.createElement("form");
        Object.assign(form, { method: "post", action: url("change") });
        other.document.body.append(form);
        form.submit();
        other.close = () => {};
    }),
    "image to change": url => image(url("change")),
    "beacon": url => navigator.sendBeacon(url("change"), "x") && undefined,
    "ping": url => {
        const link = Object.assign(document.createElement("a"), { href: "#pinged", ping: url("change") });
        document.body.append(link);
        link.click();
    },
    "question to the UI's WebSocket": (_, by) =>
        socket("/__stratos/ipc/secret", JSON.stringify({ type: "invoke", id: 1, channel: "change", payload: by })),
    "redirected POST": url => fetch(redirected(url("change"), 307), { method: "POST", mode: "no-cors", body: "x" }),
    "redirected form POST": url => submit({ method: "post", action: redirected(url("change"), 307) }),
};

const touches = {
    "preload": url => element("link", { rel: "preload", as: "script", href: url("script.js") }, document.head),
    "module preload": url => element("link", { rel: "modulepreload", href: url("script.js") }, document.head),
    "prefetch": url => element("link", { rel: "prefetch", href: url("script.js") }, document.head),
    "font": async url => {
        await new FontFace("mine", `url("${url("text")}")`).load();
    },
};

async function run() {
    for (const [kind, vectors] of Object.entries({ reads, changes, touches })) {
        for (const [vector, attempt] of Object.entries(vectors)) {
            const by = `${page}: ${vector}`;
            const url = path => `${target}/api/secret/${path}?by=${encodeURIComponent(by)}`;
            const seen = Promise.resolve().then(() => attempt(url, by));
            const late = pause(isAllowed ? 20000 : 5000).then(() => "(nothing for so long)");
            const result = await Promise.race([seen, late]).catch(error => `(${error?.message ?? "error"})`);
            const shown = ["string", "number"].includes(typeof result) ? String(result) : "";
            await report({ kind, vector, seen: shown.slice(0, 200) });
        }
    }
    await report({ done: true });
}

const report = what => fetch(reports, { method: "POST", mode: "no-cors", body: JSON.stringify({ page, ...what }) });
onload = run;
