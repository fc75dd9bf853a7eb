namespace Freshet.Tests.Reading;

/// <summary>Keys that people type, for arguments of every kind.</summary>
public sealed class ExplainKeyTests
{
    public enum Colour
    {
        Red,
        Green,
    }

    public sealed record Page(string Account, int Number);

    [Fact]
    public async Task ArgumentsOfEveryKindAreFound()
    {
        await using var app = TestApp.Start<Keyed>();
        var freshet = app.Freshet;
        await freshet.ReadAsync(Keyed.Texts, "a:b,c");
        await freshet.ReadAsync(Keyed.Numbers, 42);
        await freshet.ReadAsync(Keyed.Ids, Guid.Empty);
        await freshet.ReadAsync(Keyed.Colours, Colour.Green);
        await freshet.ReadAsync(Keyed.Amounts, 1.50m);
        await freshet.ReadAsync(Keyed.Days, new DateOnly(2026, 4, 27));
        await freshet.ReadAsync(Keyed.Instants, new DateTimeOffset(2026, 4, 27, 12, 0, 0, TimeSpan.FromHours(2)));
        await freshet.ReadAsync(Keyed.Pairs, ("a,b", 7));
        await freshet.ReadAsync(Keyed.Pages, new Page("acc_1", 2));

        Found(app, Keyed.Texts, "a:b,c").ShouldBe("a%3Ab%2Cc");
        Found(app, Keyed.Texts, "a%3Ab%2Cc").ShouldBe("a%3Ab%2Cc");
        Found(app, Keyed.Numbers, "42").ShouldBe("42");
        Found(app, Keyed.Ids, Guid.Empty.ToString("B")).ShouldBe(Guid.Empty.ToString());
        Found(app, Keyed.Colours, "Green").ShouldBe("Green");
        Found(app, Keyed.Amounts, "1.5").ShouldBe("1.5");
        Found(app, Keyed.Days, "2026-04-27").ShouldBe("2026-04-27");
        Found(app, Keyed.Instants, "2026-04-27T12:00:00+02:00").ShouldBe("2026-04-27T10%3A00%3A00.0000000Z");
        Found(app, Keyed.Pairs, "a%2Cb,7").ShouldBe("a%2Cb,7");
        Found(app, Keyed.Pages, "acc_1,2").ShouldBe("acc_1,2");
    }

    [Fact]
    public async Task ALoadOfAKeyThatMustBeLookedForIsFound()
    {
        await using var app = TestApp.Start<Keyed>();
        var gate = app.Source.HoldNext("pair");
        var read = app.Freshet.ReadAsync(Keyed.Pairs, ("pair", 1)).AsTask();
        await gate.Reached;
        app.Explain(Keyed.Pairs, "pair,1").Load.ShouldNotBeNull().CanBeJoined.ShouldBeTrue();
        gate.Open();
        await read;
    }

    [Theory]
    [InlineData("numbers", "fourty-two", "Give one key: int.")]
    [InlineData("numbers", "", "Give one key: int.")]
    [InlineData("colours", "Blue", "Give one key: Freshet.Tests.Reading.ExplainKeyTests.Colour.")]
    [InlineData("pairs", "a", "Give 2 keys, apart by commas or one args each: string, int.")]
    [InlineData("pairs", "a,b", "Give 2 keys, apart by commas or one args each: string, int.")]
    [InlineData("pairs", "a,1,2", "Give 2 keys, apart by commas or one args each: string, int.")]
    [InlineData("pages", "acc_1", "Give 2 keys, apart by commas or one args each: Account, Number.")]
    [InlineData("texts", "", "Give one key: string.")]
    [InlineData("texts", "a\nb", "Give one key: string.")]
    public async Task WhatCannotBeAKeyIsRefusedWithWhatIsExpected(string query, string text, string expected)
    {
        await using var app = TestApp.Start<Keyed>();
        var error = Should.Throw<OperatorInputException>(() => app.Service().Explain(app.Service().RuntimeNamed(query), text, null));
        error.Code.ShouldBe("invalid-arguments");
        error.Message.ShouldContain(expected);
    }

    [Fact]
    public async Task AnUnknownQueryIsAnsweredWithTheKnownOnes()
    {
        await using var app = TestApp.Start<Keyed>();
        var error = Should.Throw<OperatorInputException>(() => app.Service().RuntimeNamed("no<such>\r\n"));
        error.Message.ShouldBe("There is no cached query 'nosuch'. Known: amounts, colours, days, ids, instants, numbers, pages, pairs, texts.");
    }

    private static string Found(TestApp app, CachedQuery query, string arguments)
    {
        var explained = app.Explain(query, arguments);
        explained.Served.ShouldBe(AnswerSource.Cache, query.Name);
        return explained.Arguments;
    }

    public sealed class Keyed() : Catalog("keys-team")
    {
        public static readonly CachedQuery<string, int> Texts = Of<string>("texts");
        public static readonly CachedQuery<int, int> Numbers = Of<int>("numbers");
        public static readonly CachedQuery<Guid, int> Ids = Of<Guid>("ids");
        public static readonly CachedQuery<Colour, int> Colours = Of<Colour>("colours");
        public static readonly CachedQuery<decimal, int> Amounts = Of<decimal>("amounts");
        public static readonly CachedQuery<DateOnly, int> Days = Of<DateOnly>("days");
        public static readonly CachedQuery<DateTimeOffset, int> Instants = Of<DateTimeOffset>("instants");

        public static readonly CachedQuery<(string Name, int Number), int> Pairs = new CachedQuery<(string Name, int Number), int>("pairs", RiskLevel.Low)
            .LoadWith(async (Source source, (string Name, int Number) pair, CancellationToken ct) => (await source.ReadAsync(pair.Name, ct)).Number);

        public static readonly CachedQuery<Page, int> Pages = Of<Page>("pages").KeyedBy(page => page.Account, page => page.Number);

        private static CachedQuery<T, int> Of<T>(string name) where T : notnull =>
            new CachedQuery<T, int>(name, RiskLevel.Low).LoadWith((T _, CancellationToken _) => Task.FromResult(1));
    }
}
