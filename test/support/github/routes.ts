// Every operation this GitHub serves, but the App's own (routes/app.ts), which need the core.
import type { Routes } from './route.ts';
import { CHECK_ROUTES } from './routes/checks.ts';
import { DEPLOYMENT_ROUTES } from './routes/deployments.ts';
import { PEOPLE_ROUTES } from './routes/people.ts';
import { REPOSITORY_ROUTES } from './routes/repositories.ts';
import { THREAD_ROUTES } from './routes/threads.ts';

export const ROUTES: Routes = {
  ...CHECK_ROUTES,
  ...DEPLOYMENT_ROUTES,
  ...PEOPLE_ROUTES,
  ...REPOSITORY_ROUTES,
  ...THREAD_ROUTES,
};
