// The matrix as text: tables with numbered footnotes, the same for the same results.

/** Numbers sentences in the order in which they are first used. */
class Footnotes {
  #sentences = [];

  number(sentence) {
    if (!this.#sentences.includes(sentence)) {
      this.#sentences.push(sentence);
    }
    return this.#sentences.indexOf(sentence) + 1;
  }

  lines() {
    return this.#sentences.map((sentence, i) => `${i + 1}. ${sentence}`);
  }
}

function text({ cannot, failed }, footnotes) {
  if (failed) {
    return `**no** (${footnotes.number(`Fails: ${failed}`)})`;
  }
  return cannot ? `– (${footnotes.number(cannot)})` : 'yes';
}

/** The rows of each client, in the order in which clients first come. */
function byClient(rows) {
  const clients = [...new Set(rows.map(({ client }) => client))];
  return clients.map((client) => [client, rows.filter((each) => each.client === client)]);
}

const row = (cells) => `| ${cells.join(' | ')} |`;

/**
 * One table for each client, then the footnotes of all.
 *
 * @param devices rows of device clients: {client, transport, authentication, cells}
 * @param services rows of service clients: {client, transport, cells}
 * @param features names of the columns by feature: of devices, and of each service client
 */
export function tables(devices, services, { ofDevices, ofServices }) {
  const footnotes = new Footnotes();
  const lines = [];
  const table = (client, head, rows) => {
    lines.push(`### ${client}`, '', row(head), `|${'---|'.repeat(head.length)}`, ...rows.map(row), '');
  };
  for (const [client, rows] of byClient(devices)) {
    table(client, ['transport', 'authentication', ...Object.values(ofDevices)], rows.map(({ transport, authentication, cells }) => [
      transport, authentication, ...Object.keys(ofDevices).map((feature) => text(cells[feature], footnotes)),
    ]));
  }
  for (const [client, rows] of byClient(services)) {
    const names = ofServices[client];
    table(client, ['transport', ...Object.values(names)], rows.map(({ transport, cells }) => [
      transport, ...Object.keys(names).map((feature) => text(cells[feature], footnotes)),
    ]));
  }
  return `${[...lines, ...footnotes.lines()].join('\n')}\n`;
}
