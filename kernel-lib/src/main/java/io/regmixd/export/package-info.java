/// Schedules on their way to other trainers.
///
/// - [io.regmixd.export.ScheduleExport]: a schedule as each [io.regmixd.export.ScheduleFormat] has it.
/// - [io.regmixd.export.PlanCommand]: the command that plans from runs that were trained elsewhere.
/// - [io.regmixd.export.PlanOnline]: the command that plans for a trainer in another process while it runs.
package io.regmixd.export;
