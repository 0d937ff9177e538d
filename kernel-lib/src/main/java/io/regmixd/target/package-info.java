/// Training the target: the same size and token budget for each method's schedule, several seeds, resumable.
package io.regmixd.target;
