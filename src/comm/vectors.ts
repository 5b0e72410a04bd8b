import { Collective } from "./collective.ts";

export class Vectors extends Collective {}
