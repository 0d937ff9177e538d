/// Words that every other room uses: a [io.regmixd.mixture.Mixture] over domains, a schedule of mixtures by
/// stage, and the random designs that a sweep draws its mixtures from. Imports nothing of ours.
package io.regmixd.mixture;
