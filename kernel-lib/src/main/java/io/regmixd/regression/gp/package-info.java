/// Gaussian processes: [io.regmixd.regression.gp.GaussianProcess] says how they are fitted and what they predict.
package io.regmixd.regression.gp;
