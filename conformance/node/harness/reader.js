// The official Event Hubs client reading a hub's telemetry.
import { earliestEventPosition, EventHubConsumerClient, latestEventPosition } from '@azure/event-hubs';
import { Waiters, within } from './deadline.js';

export { earliestEventPosition, EventHubConsumerClient, latestEventPosition };

export class Reader {
  #changes = new Waiters();
  #subscription;
  #client;
  #failure;
  #patient;

  /** Everything read so far, in the order in which it came. */
  events = [];

  /**
   * Reads all partitions.
   *
   * @param options.group consumer group
   * @param options.from position, or an object with one for each partition; the beginning unless given
   * @param options.patient whether to go on after the client reported an error, as it does when a server restarts
   * @param options.webSocketOptions to read over WebSocket
   */
  static async start(connectionString, { group = '$Default', from = earliestEventPosition, patient = false, webSocketOptions } = {}) {
    const reader = new Reader();
    reader.#patient = patient;
    const retryOptions = patient ? { maxRetries: 30, retryDelayInMs: 1_000 } : { maxRetries: 0, timeoutInMs: 15_000 };
    reader.#client = new EventHubConsumerClient(group, connectionString, { retryOptions, webSocketOptions });
    const partitions = await reader.#client.getPartitionIds();
    let initialized = 0;
    reader.#subscription = reader.#client.subscribe({
      processInitialize: async () => {
        initialized++;
        reader.#changes.changed();
      },
      processEvents: async (events, context) => {
        for (const event of events) {
          event.partitionId = context.partitionId;
          reader.events.push(event);
        }
        reader.#changes.changed();
      },
      processError: async (error) => {
        reader.#failure = error;
        reader.#changes.changed();
      },
    }, { startPosition: from, maxBatchSize: 100, maxWaitTimeInSeconds: 1, skipParsingBodyAsJson: false });
    await reader.#changes.until(20_000, 'the start of all partitions', () => {
      reader.#throwFailure();
      return initialized === partitions.length;
    });
    return reader;
  }

  of(deviceId) {
    return this.events.filter((event) => event.systemProperties?.['iothub-connection-device-id'] === deviceId);
  }

  /** Waits until `count` messages of a device were read and returns all that were read of it. */
  async fromDevice(deviceId, count = 1, millis = 20_000) {
    return this.#changes.until(
      millis,
      () => `${count} messages of ${deviceId}; read ${this.of(deviceId).length}, in all ${this.events.length}`,
      () => {
        this.#throwFailure();
        const found = this.of(deviceId);
        return found.length >= count ? found : null;
      });
  }

  /** Waits until `condition`, which gets all events, returns something truthy. */
  async until(what, condition, millis = 20_000) {
    return this.#changes.until(millis, () => `${what}; read ${this.events.length} messages`, () => {
      this.#throwFailure();
      return condition(this.events);
    });
  }

  #throwFailure() {
    if (this.#failure && !this.#patient) {
      throw new Error(`the Event Hubs client reported ${this.#failure.name}: ${this.#failure.message}`, {
        cause: this.#failure,
      });
    }
  }

  async close() {
    await within(20_000, 'the end of a subscription', this.#subscription?.close());
    await within(20_000, 'the end of an Event Hubs client', this.#client?.close());
  }
}

/** The present end of every partition, as positions to start from. Unlike 'latest', it does not depend on when reading begins. */
export async function endOfPartitions(client) {
  const partitions = await Promise.all(
    (await client.getPartitionIds()).map((id) => client.getPartitionProperties(id)));
  return Object.fromEntries(partitions.map(({ partitionId, isEmpty, lastEnqueuedSequenceNumber }) => [
    partitionId, isEmpty ? earliestEventPosition : { sequenceNumber: lastEnqueuedSequenceNumber }]));
}
