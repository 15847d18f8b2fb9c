// What our receiver is compared with: Probot alone, signatures checked, a handler that does nothing, nothing stored.
import { createServer } from 'node:http';
import { createNodeMiddleware, Probot } from 'probot';

const { APP_ID = '', PRIVATE_KEY = '', WEBHOOK_SECRET = '', PORT = '0' } = process.env;
const probot = new Probot({ appId: APP_ID, privateKey: PRIVATE_KEY, secret: WEBHOOK_SECRET, logLevel: 'fatal' });
const middleware = await createNodeMiddleware(
  (app) => {
    app.on('issue_comment', async () => {});
  },
  { probot },
);
const server = createServer((request, response) => {
  if (request.url === '/ping') {
    response.end('ok\n');
    return;
  }
  void middleware(request, response);
});
server.listen(Number(PORT), '127.0.0.1');
