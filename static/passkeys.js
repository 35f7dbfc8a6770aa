// Passkeys: asks the server for its question, the browser for the answer, and sends that with the form.
'use strict';

const supported = window.PublicKeyCredential
  && PublicKeyCredential.parseCreationOptionsFromJSON && PublicKeyCredential.parseRequestOptionsFromJSON;

for (const form of document.querySelectorAll(supported ? 'form[data-passkey]' : 'none')) {
  form.hidden = false;
  document.querySelectorAll('[data-passkey-missing]').forEach(note => note.remove());
  const problem = form.querySelector('[data-passkey-problem]');
  form.addEventListener('submit', async event => {
    event.preventDefault();
    problem.hidden = true;
    try {
      const response = await fetch(form.dataset.question, { method: 'POST' });
      if (!response.ok && form.dataset.prove) return location.assign(form.dataset.prove);
      const { publicKey } = await response.json();
      const answer = form.dataset.passkey === 'create'
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
      form.elements.answer.value = JSON.stringify(answer.toJSON());
      form.submit();
    } catch {
      // Not allowed, no such passkey, or taken back by its owner.
      for (const part of [form, ...form.elements]) part.removeAttribute('data-sent');
      problem.hidden = false;
    }
  });
}
