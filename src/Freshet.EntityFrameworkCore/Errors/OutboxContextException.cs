namespace Freshet.EntityFrameworkCore;

/// <summary>Why a context cannot have the outbox in its database.</summary>
public enum OutboxContextFault
{
    /// <summary>Its database is not PostgreSQL.</summary>
    NotPostgres,

    /// <summary>It was given an open connection, so that nothing tells how to make others.</summary>
    NoConnection,
}

/// <summary>A context cannot have the outbox in its database. The application does not start.</summary>
public sealed class OutboxContextException : FreshetException
{
    internal OutboxContextException(Type context, OutboxContextFault fault) : base(
        $"{context.Name} cannot have the outbox in its database: " + (fault == OutboxContextFault.NotPostgres
            ? "it is not PostgreSQL through Npgsql.EntityFrameworkCore.PostgreSQL. For SQLite, use UseSqliteOutbox() of Freshet.Sql, and SaveOutboxAsync before each commit."
            : "it is handed a connection, which does not tell how to make others. Give UseNpgsql a connection string or a data source, register an NpgsqlDataSource, or set Freshet:Outbox:ConnectionString."))
    {
        Context = context;
        Fault = fault;
    }

    /// <inheritdoc/>
    public override string Code => "outbox-context";

    /// <summary>The context.</summary>
    public Type Context { get; }

    /// <summary>Why.</summary>
    public OutboxContextFault Fault { get; }
}
