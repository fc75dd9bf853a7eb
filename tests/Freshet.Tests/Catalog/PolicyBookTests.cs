using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Freshet.Tests;

public sealed class PolicyBookTests : IDisposable
{
    private const string StaleTime = "Freshet:Policies:summary:StaleTime";

    private readonly ReloadableConfiguration _configuration = new();
    private readonly CollectedLog _log = new();
    private readonly CachedQuery<string, string> _summary;
    private readonly CachedQuery<string, string> _balance;
    private readonly CatalogModel _model;
    private readonly List<(string Query, TimeSpan StaleTime)> _told = [];
    private PolicyBook? _book;

    public PolicyBookTests()
    {
        var sound = new Sound();
        _summary = sound.Query("summary", RiskLevel.Medium).WithPolicy(policy => policy with { StaleTime = Seconds(10) });
        _balance = sound.Query("balance", RiskLevel.Medium);
        _model = Composing.Compose(sound.With(_summary, _balance));
    }

    public void Dispose() => _book?.Dispose();

    private PolicyBook Open()
    {
        _book = new PolicyBook(_model, _configuration.Root.Section(), Composing.Options(), _log);
        _book.Changed += (query, policy) => _told.Add((query.Name, policy.StaleTime));
        return _book;
    }

    [Fact]
    public void Without_configuration_the_declared_policies_are_in_force()
    {
        using var book = new PolicyBook(_model, section: null, Composing.Options(), _log);
        book.For(_summary).StaleTime.ShouldBe(Seconds(10));
        book.For(_balance).ShouldBe(QueryPolicy.For(RiskLevel.Medium));
    }

    [Fact]
    public void A_query_of_no_composed_catalog_is_unknown()
    {
        Should.Throw<UnknownDeclarationException>(() => Open().For(Sound.Untagged("stranger"))).Name.ShouldBe("stranger");
    }

    [Fact]
    public void A_book_does_not_open_on_faulty_configuration()
    {
        _configuration[StaleTime] = "soon";
        Should.Throw<CatalogException>(Open).Faults.ShouldHaveSingleItem();
    }

    [Fact]
    public void A_reload_changes_the_policies_it_names_and_tells_only_of_those()
    {
        var book = Open();
        _configuration[StaleTime] = "00:00:05";
        _configuration.Reload();

        book.For(_summary).StaleTime.ShouldBe(Seconds(5));
        book.For(_balance).StaleTime.ShouldBe(Seconds(30));
        _told.ShouldBe([("summary", Seconds(5))]);
        _log.Lines.ShouldHaveSingleItem().Text.ShouldBe("The policy of cached query 'summary' changed: StaleTime 00:00:10 -> 00:00:05.");
    }

    [Fact]
    public void A_reload_that_changes_nothing_tells_nobody()
    {
        _configuration[StaleTime] = "00:00:05";
        Open();
        _configuration.Reload();
        _told.ShouldBeEmpty();
        _log.Lines.ShouldBeEmpty();
    }

    [Fact]
    public void Taking_an_override_out_goes_back_to_the_declared_policy()
    {
        _configuration[StaleTime] = "00:00:05";
        var book = Open();
        _configuration.Remove(StaleTime);
        _configuration.Reload();

        book.For(_summary).StaleTime.ShouldBe(Seconds(10));
        _told.ShouldBe([("summary", Seconds(10))]);
    }

    [Fact]
    public void A_reload_beyond_the_level_is_refused_for_that_query_alone_and_its_previous_policy_stays()
    {
        _configuration[StaleTime] = "00:00:05";
        var book = Open();
        _configuration[StaleTime] = "00:05:00";
        _configuration["Freshet:Policies:summary:ServeStale"] = "false";
        _configuration["Freshet:Policies:balance:StaleTime"] = "00:00:01";
        _configuration.Reload();

        book.For(_summary).StaleTime.ShouldBe(Seconds(5));
        book.For(_summary).ServeStale.ShouldBeTrue();
        book.For(_balance).StaleTime.ShouldBe(Seconds(1));
        book.RefusedReloads.ShouldBe(1);
        _told.ShouldBe([("balance", Seconds(1))]);
        var error = _log.Lines.Where(line => line.Level == LogLevel.Error).ShouldHaveSingleItem().Text;
        error.ShouldContain("'summary'");
        error.ShouldContain("its StaleTime of 00:05:00 is looser than 00:00:30, the limit of level medium");
        error.ShouldContain("Use 00:00:30 or tighter");
    }

    [Fact]
    public void A_refused_policy_takes_effect_once_it_is_mended()
    {
        var book = Open();
        _configuration[StaleTime] = "soon";
        _configuration.Reload();
        _configuration[StaleTime] = "00:00:03";
        _configuration.Reload();

        book.For(_summary).StaleTime.ShouldBe(Seconds(3));
        book.RefusedReloads.ShouldBe(1);
    }

    [Fact]
    public void A_reload_that_names_an_unknown_query_is_logged_and_changes_nothing_else()
    {
        var book = Open();
        _configuration["Freshet:Policies:sumary:StaleTime"] = "00:00:01";
        _configuration[StaleTime] = "00:00:02";
        _configuration.Reload();

        book.For(_summary).StaleTime.ShouldBe(Seconds(2));
        book.RefusedReloads.ShouldBe(1);
        _log.Lines.ShouldContain(line => line.Level == LogLevel.Error && line.Text.Contains("'sumary'"));
    }

    [Fact]
    public void A_listener_that_throws_does_not_keep_the_news_from_the_others()
    {
        var book = Open();
        var late = new List<string>();
        book.Changed += (_, _) => throw new FormatException();
        book.Changed += (query, _) => late.Add(query.Name);
        _configuration[StaleTime] = "00:00:05";
        _configuration.Reload();

        late.ShouldBe(["summary"]);
        _log.Lines.ShouldContain(line => line.Level == LogLevel.Error && line.Text.Contains("listener"));
    }

    [Fact]
    public void A_change_made_while_listeners_are_told_is_told_after_so_the_last_news_is_the_policy_in_force()
    {
        var book = Open();
        var late = new List<TimeSpan>();
        book.Changed += (_, policy) =>
        {
            // Of two listeners the second must not hear of the later change first.
            if (policy.StaleTime != Seconds(5)) return;
            _configuration[StaleTime] = "00:00:03";
            _configuration.Reload();
        };
        book.Changed += (_, policy) => late.Add(policy.StaleTime);
        _configuration[StaleTime] = "00:00:05";
        _configuration.Reload();

        late.ShouldBe([Seconds(5), Seconds(3)]);
        book.For(_summary).StaleTime.ShouldBe(Seconds(3));
    }

    [Fact]
    public void A_reload_between_the_first_reading_and_the_subscription_is_not_lost()
    {
        var section = new ChangingSection(_configuration.Root.Section(), () =>
        {
            _configuration[StaleTime] = "00:00:05";
            _configuration.Reload();
        });
        using var book = new PolicyBook(_model, section, Composing.Options(), _log);
        book.For(_summary).StaleTime.ShouldBe(Seconds(5));
    }

    [Fact]
    public void A_closed_book_keeps_its_policies_and_no_longer_follows()
    {
        var book = Open();
        book.Dispose();
        _configuration[StaleTime] = "00:00:05";
        _configuration.Reload();

        book.For(_summary).StaleTime.ShouldBe(Seconds(10));
        _told.ShouldBeEmpty();
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    /// <summary>Changes just before the first subscription stands.</summary>
    private sealed class ChangingSection(IConfiguration inner, Action change) : IConfiguration
    {
        private Action? _change = change;

        public string? this[string key]
        {
            get => inner[key];
            set => inner[key] = value;
        }

        public IEnumerable<IConfigurationSection> GetChildren() => inner.GetChildren();

        public IConfigurationSection GetSection(string key) => inner.GetSection(key);

        public IChangeToken GetReloadToken()
        {
            Interlocked.Exchange(ref _change, null)?.Invoke();
            return inner.GetReloadToken();
        }
    }
}
