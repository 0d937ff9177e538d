/// Training the target: the same size and token budget for each method, with a schedule or with an online planner
/// at the wheel; several seeds, resumable.
package io.regmixd.target;
