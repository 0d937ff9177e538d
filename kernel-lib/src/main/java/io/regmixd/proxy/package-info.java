/// The sweep: one proxy a mixture, trained group by group on the attached devices, kept in a ledger, seen as
/// trajectories.
package io.regmixd.proxy;
