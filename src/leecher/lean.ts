/**
 * Must be the first import of the process. A leecher makes a lot of short-lived data and keeps next to
 * nothing; Node lets the heap grow with the flow of it, far beyond what is in use, unless told to prefer a
 * small one. Measured at 1,500 events/s: 140 MB instead of 250 MB, at the same speed.
 */
import { setFlagsFromString } from "node:v8";

setFlagsFromString("--optimize-for-size");
