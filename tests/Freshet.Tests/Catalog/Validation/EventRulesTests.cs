namespace Freshet.Tests;

public sealed class EventRulesTests
{
    private readonly Sound _sound = new();

    [Fact]
    public void An_event_that_invalidates_nothing_is_a_fault()
    {
        Composing.TheFault(CatalogFaultKind.InvalidatesNothing, "idle", _sound.With(new Event<string>("idle"))).WayOut.ShouldContain(".Invalidates(");
    }

    [Fact]
    public void A_profile_with_a_negative_time_is_a_fault()
    {
        var profile = new Profile("odd", TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromSeconds(-1));
        _sound.AccountEvent.WithProfile(profile);
        Composing.TheFault(CatalogFaultKind.InvalidPolicy, "account.changed", _sound.With()).What.ShouldContain("'odd'");
    }
}
