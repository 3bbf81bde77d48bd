"use strict";
/* Worker of pages that are opened from the disk, where browsers refuse workers: its script runs in a hidden frame. */
(() => {
  if (location.protocol !== "file:") return;

  const load = (inside, url) =>
    new Promise((done, failed) => {
      const script = inside.document.createElement("script");
      Object.assign(script, { src: new URL(url, document.baseURI).href, onload: done, onerror: failed });
      inside.document.body.append(script);
    });

  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      document.body.append(this.frame);
      const inside = this.frame.contentWindow;
      inside.document.open();
      inside.document.write("<body></body>");
      inside.document.close();
      inside.postMessage = (data) => this.receive(data);
      inside.importScripts = async (...urls) => {
        for (const each of urls) await load(inside, each);
      };
      this.ready = load(inside, url);
      this.ready.catch(() => this.dispatchEvent(new Event("error")));
    }

    receive(data) {
      const event = new MessageEvent("message", { data });
      this.dispatchEvent(event);
      if (this.onmessage) this.onmessage(event);
    }

    postMessage(data) {
      this.ready.then(() => this.frame.contentWindow.dispatchEvent(new MessageEvent("message", { data })));
    }

    terminate() {
      this.frame.remove();
    }
  };
})();
