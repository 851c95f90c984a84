// Reads a device's telemetry with the official Event Hubs client and prints it as JSON, for tests in other languages:
// read.js DEVICE-ID COUNT, with the Event Hubs connection string in HOLDFAST_EVENT_HUB.
import { Reader } from './reader.js';

const [deviceId, count] = process.argv.slice(2);
const reader = await Reader.start(process.env.HOLDFAST_EVENT_HUB);
const events = await reader.fromDevice(deviceId, Number(count));
console.log(JSON.stringify(events.map((event) => ({
  body: Buffer.isBuffer(event.body) ? event.body.toString() : JSON.stringify(event.body),
  messageId: event.messageId,
  correlationId: event.correlationId,
  contentType: event.contentType,
  contentEncoding: event.systemProperties.contentEncoding,
  properties: event.properties ?? {},
  moduleId: event.systemProperties['iothub-connection-module-id'] ?? null,
  authMethod: JSON.parse(event.systemProperties['iothub-connection-auth-method']),
  generationId: event.systemProperties['iothub-connection-auth-generation-id'],
}))));
await reader.close();
