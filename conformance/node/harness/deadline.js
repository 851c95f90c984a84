// Waiting for something that happens, never for time to pass: every wait has an end and says what it waited for.

/** Resolves as `promise` does, or rejects after `millis` with a sentence that names what did not happen. */
export async function within(millis, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${millis} ms: ${what}`)), millis);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves with the arguments of the next `event` of `emitter`, or rejects after `millis`. */
export function next(emitter, event, millis = 15_000) {
  return within(millis, `the event '${event}'`, new Promise((resolve) => {
    emitter.once(event, (...args) => resolve(args));
  }));
}

/** People who wait until a condition holds; whoever changes the state calls {@link Waiters.changed}. */
export class Waiters {
  #waiting = new Set();

  changed() {
    for (const waiter of this.#waiting) {
      waiter();
    }
  }

  /** Resolves with the first truthy value of `condition`, which is asked now and after every change. */
  async until(millis, what, condition) {
    let waiter;
    const holds = new Promise((resolve, reject) => {
      waiter = () => {
        try {
          const value = condition();
          if (value) {
            resolve(value);
          }
        } catch (error) {
          reject(error);
        }
      };
      this.#waiting.add(waiter);
      waiter();
    });
    try {
      return await within(millis, typeof what === 'function' ? 'see below' : what, holds);
    } catch (error) {
      throw typeof what === 'function' ? new Error(`${error.message}: ${what()}`, { cause: error }) : error;
    } finally {
      this.#waiting.delete(waiter);
    }
  }
}
