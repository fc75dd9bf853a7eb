namespace Freshet;

/// <summary>What operators ask and do.</summary>
internal sealed partial class FreshetService
{
    /// <summary>How a query stands with a key on this node.</summary>
    /// <exception cref="OperatorInputException">There is no such query, or the arguments are none of its.</exception>
    internal Explanation Explain(QueryRuntime runtime, string arguments, long? minimumVersion) =>
        runtime.Explain(arguments, minimumVersion, new LogStanding(_log.Unconfirmed, (_log as SharedLog)?.IsAway == true));

    /// <summary>A query at work, by its name.</summary>
    /// <exception cref="OperatorInputException">There is none; the message names those that are.</exception>
    internal QueryRuntime RuntimeNamed(string name) =>
        Runtimes.FirstOrDefault(runtime => runtime.Name == name) ?? throw OperatorInputException.UnknownQuery(name, Runtimes.Select(runtime => runtime.Name));

    /// <summary>Everything of a cached query, and of those that read it: what was made of its values is in theirs.</summary>
    /// <exception cref="OperatorInputException">There is no such query.</exception>
    internal FlushScope ScopeOfQuery(string name)
    {
        var flushed = new List<CachedQuery> { RuntimeNamed(name).Declared.Declaration };
        for (var i = 0; i < flushed.Count; i++)
            flushed.AddRange(Catalog.Queries.Select(each => each.Declaration).Where(each => each.QueriesRead.Contains(flushed[i]) && !flushed.Contains(each)));
        return new FlushScope(name, flushed.ConvertAll(query => FlushTags.OfQuery(query.Name)));
    }

    /// <summary>One tag, by its text.</summary>
    /// <exception cref="OperatorInputException">Its kind is not declared, or its keys are none of the kind's.</exception>
    internal FlushScope ScopeOfTag(string text)
    {
        var end = text.IndexOf(':', StringComparison.Ordinal);
        var kind = KindNamed(end < 0 ? text : text[..end]);
        var expected = $"Give the tag as it stands in the log: {kind.Name}:{string.Join(":", kind.KeyTypes.Select(type => $"{{{TypeText.Of(type)}}}"))}.";
        try
        {
            if (end >= 0 && KeyReader.TryRead(text[(end + 1)..], ':', kind.KeyTypes, kind.Name, out var keys) && kind.Name.Length + 1 + keys.Length <= KeyText.MaxLength)
                return new FlushScope($"{kind.Name}:{keys}", [new Tag(kind.Name, $"{kind.Name}:{keys}")]);
        }
        catch (InvalidKeyException)
        {
            // Empty, too long, or with control characters: said as below.
        }
        throw OperatorInputException.Tag(kind.Name, expected);
    }

    /// <summary>Every tag of a kind.</summary>
    /// <exception cref="OperatorInputException">The kind is not declared.</exception>
    internal FlushScope ScopeOfTagKind(string name) => new(KindNamed(name).Name, [FlushTags.OfKind(name)]);

    /// <summary>What was rendered at a path or pattern, or at and below it.</summary>
    /// <exception cref="OperatorInputException">No endpoint answers it.</exception>
    internal FlushScope ScopeOfPath(string path, PathScope scope)
    {
        var tag = PathTags.For(path, scope);
        if (path.Any(char.IsControl) || tag.Text.Length > KeyText.MaxLength || _paths?.Reaches(path, scope) == false)
            throw new OperatorInputException("unknown-path", "No endpoint answers this path. Give one that is answered, such as /accounts/acc_88, or a route pattern exactly as it was mapped, such as /accounts/{id}.");
        return new FlushScope(FlushTags.NameIn(tag), [tag]);
    }

    /// <summary>What a flush would outdate on this node now: what is stored, alive, and not outdated already.</summary>
    internal FlushPreview Preview(FlushScope scope)
    {
        var now = _node.Clock.Now;
        var applied = _node.Applied;
        var entries = new List<(string Query, int Entries)>();
        foreach (var runtime in Runtimes)
        {
            var isWhole = scope.Tags.Contains(runtime.AllOf);
            if (Count(runtime.Store, isWhole) is > 0 and var count) entries.Add((runtime.Name, count));
        }
        return new FlushPreview([.. entries.OrderBy(each => each.Query, StringComparer.Ordinal)], Count(Outputs.Store, isWhole: false), scope.ResetsTargets ? TargetNames() : []);

        int Count(EntryStore store, bool isWhole) => store.Snapshot().Count(entry =>
            entry.ExpiresAt > now && entry.Loaded.Epoch == applied.Position.Epoch && (isWhole || entry.Marks.Any(mark => scope.Covers(mark.Tag)))
            && !entry.Marks.Any(mark => mark.Judge(entry.Loaded.Position, now) == Verdict.Expired));
    }

    /// <summary>Records a flush in an operator's action.</summary>
    internal static void Flush(FreshetAction action, FlushScope scope) =>
        action.Record(DraftOf(action, nameof(Flush), null, null, scope.Tags, InvalidationKind.Expire, TimeSpan.Zero));

    private List<string> TargetNames() =>
        [.. _log.Targets.Settings.Where(settings => !settings.Options.ObserveOnly).Select(settings => settings.Name).Order(StringComparer.Ordinal)];

    private TagKind KindNamed(string name) =>
        Catalog.Tags.Select(tag => tag.Declaration).FirstOrDefault(kind => kind.Name == name)
        ?? throw OperatorInputException.UnknownTagKind(name, Catalog.Tags.Select(tag => tag.Declaration.Name));

    // Called while a record is applied, before its position is published.
    private void FlushQuery(string name, MarkTable epoch, long position)
    {
        foreach (var runtime in Runtimes)
        {
            if (runtime.Name == name) runtime.Flush(epoch, position);
        }
    }
}
