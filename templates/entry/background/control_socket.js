// The socket that the plugin's process connects to: one connection, which begins with the handshake.

import { randomBytes } from "node:crypto";
import net from "node:net";

import { Connection } from "./connection.js";
import { isSameSecret, objection, welcome } from "./handshake.js";
import { CODES, RpcError } from "./rpc_error.js";

export class ControlSocket {
  /** Secret of this start, which is valid for one connection. */
  nonce = randomBytes(32).toString("hex");
  #server = net.createServer().unref().on("error", () => {});
  #strangers = new Set();

  listen(address) {
    return new Promise((listening, failed) => this.#server.once("error", failed).listen(address, listening));
  }

  /** Resolves with the connection that has the nonce, and its `hello`. `handler` is the session that serves it. */
  accept(handler) {
    return new Promise((resolve, reject) => {
      const fail = (reason) => reject(new Error(`its program cannot be used: ${reason}`));
      const greet = (connection, socket) => (method, hello) => {
        if (method === "hello" && !isSameSecret(hello?.nonce, this.nonce)) {
          throw new RpcError(CODES.refused, "the nonce is wrong");
        }
        const reason = objection(method, hello);
        if (reason) {
          fail(reason);
          throw new RpcError(CODES.refused, reason);
        }
        this.#strangers.delete(socket);
        this.refuse();
        connection.handler = handler;
        setImmediate(resolve, { connection, hello }); // After the welcome has been written.
        return welcome(hello, handler);
      };
      this.#server.on("connection", (socket) => {
        this.#strangers.add(socket);
        const connection = new Connection(socket);
        connection.handler = {
          request: greet(connection, socket),
          notification: () => fail("its first message is not a `hello` request"),
          closed: (error) => error && fail(`its first message is not a \`hello\` request: ${error.message}`),
        };
      });
    });
  }

  /** Refuses all other connections. The socket stays open, which shows other shells that this one lives. */
  refuse() {
    for (const socket of this.#strangers) socket.destroy();
    this.#strangers.clear();
    this.#server.removeAllListeners("connection").on("connection", (socket) => socket.destroy());
  }

  close() {
    this.refuse();
    this.#server.close();
  }
}
