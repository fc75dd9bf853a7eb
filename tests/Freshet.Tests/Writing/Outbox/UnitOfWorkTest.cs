using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Tests.Writing.Outbox;

/// <summary>An action, and transactions whose fate a test says.</summary>
public abstract class UnitOfWorkTest
{
    private protected TestOutbox Outbox { get; } = new();

    private protected static TestUnit Begin(FreshetAction action)
    {
        var unit = new TestUnit();
        action.Enter(unit);
        return unit;
    }

    private protected IReadOnlyList<RecordDraft> Commit(FreshetAction action, TestUnit unit, Fate fate = Fate.Committed)
    {
        var drafts = action.TakeToSave(Outbox, unit, withUnbound: true).Drafts;
        foreach (var draft in drafts.Where(_ => fate != Fate.RolledBack)) Outbox.Committed.Add(draft.Id, draft);
        unit.Fate = fate;
        return drafts;
    }

    private protected static IEnumerable<string> Ids(ToSave toSave) => toSave.Drafts.Select(draft => draft.Invalidations.Single().Tag.ToString());

    private protected static IEnumerable<string> Tags(FreshetAction action) => action.Records.Select(record => record.Invalidations.Single().Tag.ToString());

    private protected TestApp Start(TestUnit? surrounding = null) => TestApp.Start(freshet =>
    {
        freshet.Services.AddSingleton<IOutbox>(Outbox);
        if (surrounding is not null) freshet.Services.AddSingleton<IUnitOfWorkSource>(new Surroundings(surrounding));
    });

    private sealed record Surroundings(IUnitOfWork? Surrounding) : IUnitOfWorkSource;

    private protected sealed class TestUnit : IUnitOfWork
    {
        public Fate Fate { get; set; }

        public bool Gathers { get; init; } = true;

        public bool Takes { get; set; } = true;

        public List<FreshetAction> Joined { get; } = [];

        public List<RecordDraft> Left { get; } = [];

        public void Join(FreshetAction action) => Joined.Add(action);

        public bool TryLeave(RecordDraft draft)
        {
            if (Takes) Left.Add(draft);
            return Takes;
        }
    }
}
