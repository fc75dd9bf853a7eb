using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace Freshet.EntityFrameworkCore;

/// <summary>Where a context's next write goes, and the rows of the outbox with it.</summary>
/// <param name="Unit">The transaction.</param>
/// <param name="Connection">The connection it is on.</param>
/// <param name="Transaction">The transaction as the connection knows it; null for one of <c>System.Transactions</c>.</param>
/// <param name="Opens">The context that has to open the connection first; null when it is open.</param>
internal readonly record struct Place(Unit Unit, DbConnection Connection, DbTransaction? Transaction, DbContext? Opens = null);
