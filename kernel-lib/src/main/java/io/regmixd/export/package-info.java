/// Schedules on their way to other trainers.
///
/// - [io.regmixd.export.ScheduleExport]: a schedule as each [io.regmixd.export.ScheduleFormat] has it.
/// - [io.regmixd.export.PlanOnline]: the command that plans for a trainer in another process while it runs.
package io.regmixd.export;
