// A provider of OpenID Connect for tests: oidc-provider, told over HTTP for whom it works and who its people are. It
// believes whoever comes to be the one that was named last, and asks nothing.
import http from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(`${process.argv[2]}/`);
const { default: Provider } = await import(pathToFileURL(require.resolve('oidc-provider')));

let provider;
let present = '';
const people = {};

const read = async request => {
  let text = '';
  for await (const part of request) text += part;
  return text;
};

const server = http.createServer(async (request, response) => {
  try {
    if (request.url === '/test/client') {
      provider = make(JSON.parse(await read(request)));
      return response.end('ready');
    }
    if (request.url === '/test/person') {
      const person = JSON.parse(await read(request));
      people[person.sub] = person;
      present = person.sub;
      return response.end('known');
    }
    if (request.url.startsWith('/interaction/')) {
      await provider.interactionDetails(request, response);
      return await provider.interactionFinished(request, response, { login: { accountId: present } });
    }
    return provider.callback()(request, response);
  } catch (error) {
    response.statusCode = 500;
    response.end(String(error.stack));
  }
});

function make({ client_id, client_secret, redirect_uri }) {
  return new Provider(`http://127.0.0.1:${server.address().port}`, {
    clients: [{
      client_id, client_secret, redirect_uris: [redirect_uri], response_types: ['code'],
      grant_types: ['authorization_code'],
    }],
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    cookies: { keys: ['of tests'] },
    findAccount: (_, id) => ({ accountId: id, claims: () => people[id] }),
    loadExistingGrant: async context => {
      const { client, session, provider } = context.oidc;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid email');
      await grant.save();
      return grant;
    },
  });
}

server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
