namespace Freshet.Redis.Tests.Faults;

/// <summary>The checker finds what is old, and nothing else: histories made by hand, in milliseconds.</summary>
public sealed class StalenessCheckerTests
{
    private readonly History _history = new();

    [Fact]
    public void AHighReadMustShowEveryWriteFinishedBeforeItBegan()
    {
        Write("money", version: 1, answered: 10);
        Write("money", version: 2, answered: 20);
        Read("balance", began: 21, version: 1);
        Read("balance", began: 21, version: 2);

        Check().Old.Single().Required.ShouldBe(2);
    }

    [Fact]
    public void WhetherAReadMustShowAWriteThatWasNotFinishedWhenItBeganIsOpen()
    {
        Write("money", version: 1, answered: 10);
        Write("money", version: 2, answered: 20);
        Read("balance", began: 20, ended: 100, version: 1);
        Read("balance", began: 11, version: 2);

        Check().Old.ShouldBeEmpty();
    }

    [Fact]
    public void AWriteOfAnotherNodeAKeyOrACellApartIsAnotherMatter()
    {
        Write("money", version: 5, answered: 10, node: "b");
        Write("money", version: 9, answered: 10, key: "y");
        Write("title", version: 9, answered: 10);
        Read("balance", began: 50, version: 5, node: "a");
        Read("balance", began: 50, version: 4, node: "a");

        Check().Old.Single().ToString().ShouldContain("version 4, but its bound requires 5");
    }

    [Fact]
    public void OrderIsByTheAnswerAndNotByTheVersion()
    {
        Write("money", version: 3, answered: 10);
        Write("money", version: 2, answered: 30);
        Read("balance", began: 40, version: 2);

        Check().Old.Single().Required.ShouldBe(3);
    }

    [Fact]
    public void APendingWritePromisesNothing()
    {
        Write("money", version: 1, answered: 10);
        Write("money", version: 2, answered: 20, isPending: true);
        Read("balance", began: 50, version: 1);

        var report = Check();
        report.Old.ShouldBeEmpty();
        report.Pending.ShouldBe(1);
    }

    [Fact]
    public void AMediumReadMayBeBehindByItsBoundAndNoMore()
    {
        Write("title", version: 1, answered: 10);
        Write("title", version: 2, answered: 100);
        Read("title", began: 300, version: 1);
        Read("title", began: 301, version: 1);

        Check().Old.Single().Read.Began.ShouldBe(At(301));
    }

    [Fact]
    public void AnOutageGraceIsAddedWhereTheReadWasServedUnconfirmed()
    {
        Write("title", version: 1, answered: 100);
        Read("title", began: 800, version: 0, isGraced: true);
        Read("title", began: 801, version: 0, isGraced: true);
        Read("title", began: 500, version: 0);

        Check().Old.Select(old => old.Read.Began).ShouldBe([At(500), At(801)]);
    }

    [Fact]
    public void WhatWasMarkedStaleMayBeServedUntilTheDeadlineWhereTheLevelAcceptsIt()
    {
        Write("title", version: 1, answered: 100, isStale: true);
        Write("money", version: 1, answered: 100, isStale: true);
        Read("title", began: 1_300, version: 0);
        Read("title", began: 1_301, version: 0);
        Read("balance", began: 101, version: 0);

        Check().Old.Select(old => (old.Read.Query, old.Read.Began)).ShouldBe([("balance", At(101)), ("title", At(1_301))]);
    }

    [Fact]
    public void AnExpiryIsNotWeakenedByAStaleMarkAfterIt()
    {
        Write("title", version: 1, answered: 100);
        Write("title", version: 2, answered: 110, isStale: true);
        Read("title", began: 311, version: 0);
        Read("title", began: 311, version: 1);

        Check().Old.Single().Read.Version.ShouldBe(0);
    }

    [Fact]
    public void AReaderWithATokenMustSeeItsWriteWhateverTheLevel()
    {
        Write("title", version: 4, answered: 100);
        Read("title", began: 101, version: 3, session: 1, needed: 4);
        Read("title", began: 101, version: 4, session: 1, needed: 4);

        var report = Check();
        report.Old.Single().By.ShouldBe("its token");
        report.WithToken.ShouldBe(2);
    }

    [Fact]
    public void ASessionNeverGoesBackUnlessAWriteOfItIsPending()
    {
        Read("title", began: 1, version: 5, session: 1, isSettled: true);
        Read("title", began: 2, version: 4, session: 1, isSettled: true);
        Read("title", began: 1, version: 5, session: 2, isSettled: false);
        Read("title", began: 2, version: 4, session: 2, isSettled: false);

        Check().Old.Single().Read.Session.ShouldBe(1);
    }

    [Fact]
    public void WhatCouldHaveBeenOldIsCounted()
    {
        Read("balance", began: 1, version: 0);
        Write("money", version: 1, answered: 10);
        Read("balance", began: 20, version: 1); // its node had shown 0
        Read("balance", began: 30, version: 1);
        Read("balance", began: 30, version: 1, node: "b"); // its node had shown nothing

        Check().AtRisk.ShouldBe(1);
    }

    [Fact]
    public async Task AHistoryIsReadAsItWasWritten()
    {
        var recorder = new Recorder();
        var read = new ReadEvent("a", "title", "x", 1, 2, 3, AnswerSource.StaleCache, 4, true, 5, 6, true);
        var write = new WriteEvent("a", "title", "x", 1, 2, 3, 4, true, true);
        recorder.Add(read);
        recorder.Add(read with { Source = null, IsGraced = false, IsSettled = false });
        recorder.Add(write);
        recorder.AddFailure("read", new InvalidOperationException("two\nlines"));
        var path = Path.GetTempFileName();
        await recorder.SaveAsync(path);
        await _history.AddAsync(path);
        File.Delete(path);

        _history.Reads.ShouldBe([read, read with { Source = null, IsGraced = false, IsSettled = false }]);
        _history.Writes.ShouldBe([write]);
        _history.Failures.Single().ShouldContain("two lines");
    }

    private StalenessReport Check() => new StalenessChecker(Vault.Bounds, Vault.Soon.Expire).Check(_history);

    private void Write(string cell, long version, int answered, string node = "b", string key = "x", bool isPending = false, bool isStale = false) =>
        _history.Writes.Add(new WriteEvent(node, cell, key, version, At(answered - 1), At(answered), 1, isPending, isStale));

    private void Read(
        string query, int began, long version, int? ended = null, string node = "a", bool isGraced = false, int session = 0, long needed = 0, bool isSettled = false) =>
        _history.Reads.Add(new ReadEvent(node, query, "x", At(began), At(ended ?? began + 1), version, IsGraced: isGraced, Session: session, Needed: needed, IsSettled: isSettled));

    private static long At(int milliseconds) => Moment.Of(TimeSpan.FromMilliseconds(10_000 + milliseconds));
}
