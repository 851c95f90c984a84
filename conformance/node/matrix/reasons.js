// Why a cell of the matrix is a dash: what a protocol or a client does not have. Each is a footnote of the table.
const HTTPS = {
  twin: 'HTTPS gives devices telemetry and messages of the service, and no twins.',
  method: 'HTTPS has no direct methods: nothing stays open over which a device could be called.',
  takeover: 'Over HTTPS each request stands alone; there is no connection that a newer one could end.',
};
const MQTT = {
  settle: 'MQTT acknowledges a message or does not: it can be completed, and neither given back nor rejected.',
  batch: 'MQTT has no batches.',
};

/** What no client can do over a transport; null if it can. */
export function protocolCannot(feature, transport) {
  if (transport === 'HTTPS') {
    return HTTPS[{ reported: 'twin', desired: 'twin' }[feature] ?? feature] ?? null;
  }
  if (transport.startsWith('MQTT')) {
    return { abandon: MQTT.settle, reject: MQTT.settle, batch: MQTT.batch }[feature] ?? null;
  }
  return null;
}
