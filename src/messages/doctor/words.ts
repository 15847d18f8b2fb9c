// Chooses the words of a `doctor` check: what was found, and how to fix it.
import type { Check, CheckSubject, OutsideErrorCheck } from '../../domain/doctor/check.ts';
import type { DenialCause } from '../../domain/doctor/denial.ts';
import { appWords } from './app.ts';
import type { CheckWords } from './check-words.ts';
import { imageWords } from './image.ts';
import { repoWords } from './repo.ts';
import { serverWords } from './server.ts';
import { tokenWords } from './token.ts';
import { webhookWords } from './webhook.ts';

export function checkWords(check: Check): CheckWords {
  if (check.code === 'outside-error') return outsideWords(check);
  switch (check.name) {
    case 'variables':
    case 'database':
      return serverWords(check);
    case 'app-key':
    case 'clock':
    case 'app-permissions':
    case 'app-events':
    case 'installation':
      return appWords(check);
    case 'webhook-secret':
    case 'webhook-address':
    case 'deliveries':
      return webhookWords(check);
    case 'token':
    case 'token-scopes':
    case 'token-expiry':
      return tokenWords(check);
    case 'repository':
    case 'policy':
    case 'environment':
    case 'branch':
      return repoWords(check);
    case 'image':
    case 'registry-credential':
    case 'registry-read':
    case 'labels':
    case 'public':
    case 'registry-push':
      return imageWords(check);
  }
}

function outsideWords({ problem, cause }: OutsideErrorCheck): CheckWords {
  return { message: problem.detail, hint: cause === null ? null : causeWords(cause) };
}

function causeWords(cause: DenialCause): string {
  switch (cause.code) {
    case 'image-not-pushed':
      return `Check that the build has pushed ${cause.image}, and that the name is right.`;
    case 'token-refused':
      return 'GitHub no longer accepts the token.';
    case 'token-lacks-scope':
      return 'The token lacks the scope write:packages.';
    case 'package-role': {
      const role = cause.access === 'push' ? 'Write' : 'Read';
      return `The token has the scope, so the package denies access. Give ${cause.login} the role ${role} there (package settings, Manage access), or authorize the token for the organization’s SSO.`;
    }
  }
}

/** Heading over the checks of one subject. */
export function subjectTitle(subject: CheckSubject): string {
  switch (subject.kind) {
    case 'server':
      return 'This server';
    case 'app':
      return 'The GitHub App';
    case 'machine-user':
      return 'The machine user';
    case 'repository':
      return subject.name;
  }
}

/** While its checks run. */
export function progressText(subject: CheckSubject): string {
  return `Checking ${subjectInSentence(subject)} …`;
}

function subjectInSentence(subject: CheckSubject): string {
  switch (subject.kind) {
    case 'server':
      return 'this server';
    case 'app':
      return 'the App';
    case 'machine-user':
      return 'the machine user';
    case 'repository':
      return subject.name;
  }
}
