import { esBoard } from './es-board';
import { esDoor } from './es-door';
import { esFigures } from './es-figures';
import { esSetup } from './es-setup';
import { esTalk } from './es-talk';

export const es = { ...esBoard, ...esDoor, ...esFigures, ...esSetup, ...esTalk } as const;
