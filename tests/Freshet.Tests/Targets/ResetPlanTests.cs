namespace Freshet.Tests.Targets;

public sealed class ResetPlanTests
{
    private readonly TestTimeProvider _time = new();

    [Fact]
    public void AFailedResetIsDueAfterHalfASecondThenTwiceThatAndNeverLaterThanHalfAMinute()
    {
        var plan = new ResetPlan(_time);
        plan.Owe(ResetReason.Started);
        plan.IsDue.ShouldBeTrue();
        foreach (var seconds in (double[])[0.5, 1, 2, 4, 8, 16, 30, 30])
        {
            plan.MarkFailed();
            plan.DueIn.ShouldBe(TimeSpan.FromSeconds(seconds));
            _time.Advance(plan.DueIn);
            plan.IsDue.ShouldBeTrue();
        }
    }

    [Fact]
    public void AGapInTheLogAllowsNoPause()
    {
        var plan = new ResetPlan(_time);
        plan.Owe(ResetReason.RecordFailed);
        plan.MarkApplied();
        plan.Owe(ResetReason.RecordFailed);
        plan.DueIn.ShouldBe(ResetPlan.Pause);

        plan.Owe(ResetReason.FellBehind);

        plan.IsDue.ShouldBeTrue();
        plan.Owed.ShouldBe(ResetReason.FellBehind);
    }

    [Fact]
    public void NothingIsDueUnlessItIsOwed()
    {
        var plan = new ResetPlan(_time);
        plan.IsDue.ShouldBeFalse();
        plan.Owe(ResetReason.EpochChanged);
        plan.MarkApplied();
        _time.Advance(TimeSpan.FromHours(1));
        plan.IsDue.ShouldBeFalse();
    }
}
