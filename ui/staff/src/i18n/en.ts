import { enBoard } from './en-board';
import { enDoor } from './en-door';
import { enFigures } from './en-figures';
import { enSetup } from './en-setup';
import { enTalk } from './en-talk';
import type { es } from './es';

export const en: Record<keyof typeof es, string> = { ...enBoard, ...enDoor, ...enFigures, ...enSetup, ...enTalk };
