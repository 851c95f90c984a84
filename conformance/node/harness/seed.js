// A server's first start on an empty directory and its clean end. What it made, its roots above all, is what the other
// suites start from: Node reads NODE_EXTRA_CA_CERTS only once, before a test could start a server.
import { Server } from './server.js';

const server = await Server.start();
await server.logged(server.ready.trustBundle); // all is said
await server.logged('made', 'rsa/reserve.pem'); // all roots are there
await server.stop();
