/// A sweep that asks for what the plan needs to know next: [io.regmixd.planning.adaptive.AdaptiveSweep] goes on
/// until the plan is settled.
package io.regmixd.planning.adaptive;
