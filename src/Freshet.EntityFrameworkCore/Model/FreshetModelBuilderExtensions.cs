using Freshet.EntityFrameworkCore;

namespace Microsoft.EntityFrameworkCore;

/// <summary>Adds Freshet's tables to a model.</summary>
public static class FreshetModelBuilderExtensions
{
    /// <summary>Adds the outbox and what belongs to it to the model, so that migrations create its tables. Call it in <c>OnModelCreating</c>.</summary>
    /// <param name="modelBuilder">What <c>OnModelCreating</c> is given.</param>
    /// <param name="schema">Schema of the tables. Default: null, the model's default schema.</param>
    /// <remarks>The tables are those of the SQL script in Freshet.Sql. They are not tracked, and no <c>DbSet</c> is needed: rows are written beside the context's own.</remarks>
    public static ModelBuilder UseFreshetOutbox(this ModelBuilder modelBuilder, string? schema = null)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        OutboxModel.AddTo(modelBuilder, schema);
        return modelBuilder;
    }
}
