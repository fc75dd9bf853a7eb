namespace Freshet.Sql;

/// <summary>The outbox's database lacks a table. The application does not start.</summary>
public sealed class OutboxTableMissingException : FreshetException
{
    internal OutboxTableMissingException(string table, string script) : base(
        $"The database has no table '{table}'. Run {script}, which the package Freshet.Sql brings in its folder sql, or SqlOutboxScripts holds as text; or let the application create what is missing: await freshet.EnsureOutboxAsync(), or {SqlOutboxOptions.Section}:CreateTables = true.")
    {
        Table = table;
        Script = script;
    }

    /// <inheritdoc/>
    public override string Code => "outbox-table-missing";

    /// <summary>The table.</summary>
    public string Table { get; }

    /// <summary>File name of the script that creates it.</summary>
    public string Script { get; }
}

/// <summary>The application saves into an outbox and has registered none.</summary>
public sealed class OutboxMissingException : FreshetException
{
    internal OutboxMissingException(string call) : base(
        $"{call} was called, but this application has no outbox. Add one to AddFreshet(): .UsePostgresOutbox(...) or .UseSqliteOutbox(...).") => Call = call;

    /// <inheritdoc/>
    public override string Code => "outbox-missing";

    /// <summary>The call.</summary>
    public string Call { get; }
}
