namespace Freshet.Redis.Tests.Faults;

/// <summary>What every case asserts.</summary>
internal static class StalenessReportAssertions
{
    /// <summary>None is old, none failed, and there was enough that could have been old.</summary>
    public static void ShouldHold(this StalenessReport report, int reads = 3_000, int atRisk = 200, int writes = 100)
    {
        report.Old.ShouldBeEmpty(report.ToString());
        report.Failures.ShouldBeEmpty();
        report.Reads.ShouldBeGreaterThan(reads);
        report.High.ShouldBeGreaterThan(reads / 2);
        report.WithToken.ShouldBeGreaterThan(20);
        report.AtRisk.ShouldBeGreaterThan(atRisk);
        (report.Writes - report.Pending).ShouldBeGreaterThan(writes);
    }
}
