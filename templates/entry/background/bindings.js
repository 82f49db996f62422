// What a session has the shell call, such as the callback of a subscription.

/** Callbacks that are registered with the shell. They are removed at the latest when the session ends. */
export class Bindings {
  #undo = new Map();
  #closed = false;

  has(name) {
    return this.#undo.has(name);
  }

  /** Registers what has this name, once. `register` returns the shell's function that undoes it. */
  add(name, register) {
    // A request of a plugin that is stopping would leave a callback behind.
    if (this.#closed || this.has(name)) return;
    this.#undo.set(name, register());
    // The shell may call back at once, which may end the session.
    if (this.#closed) this.remove(name);
  }

  remove(name) {
    const undo = this.#undo.get(name);
    this.#undo.delete(name);
    if (typeof undo === "function") undo();
  }

  /** Removes all of them, and accepts no more. `failed` is called with the name and the error of the shell. */
  close(failed) {
    this.#closed = true;
    for (const name of [...this.#undo.keys()]) {
      try {
        this.remove(name);
      } catch (error) {
        failed(name, error);
      }
    }
  }
}
