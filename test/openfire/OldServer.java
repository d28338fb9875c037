import gnu.inet.encoding.Stringprep;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jivesoftware.openfire.XMPPServer;
import org.jivesoftware.openfire.group.Group;
import org.jivesoftware.openfire.group.GroupJID;
import org.jivesoftware.openfire.group.GroupManager;
import org.jivesoftware.openfire.lockout.LockOutManager;
import org.jivesoftware.openfire.muc.MultiUserChatService;
import org.jivesoftware.openfire.user.UserManager;
import org.jivesoftware.util.JiveGlobals;
import org.xmpp.packet.JID;

/**
 * Starts an Openfire, and does what its console would. Standard input: an order a line, its words
 * percent-encoded and separated by blanks. Standard output: "done: " with what it gave, or "failed: " with why.
 */
public class OldServer {
  public static void main(String[] arguments) throws Exception {
    XMPPServer server = new XMPPServer();
    System.out.println("done: " + (server.isStarted() ? "started" : "not started"));
    BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = orders.readLine(); line != null; line = orders.readLine()) {
      String[] words = line.split(" ", -1);
      for (int i = 0; i < words.length; i++) words[i] = URLDecoder.decode(words[i], StandardCharsets.UTF_8);
      try {
        System.out.println("done: " + carryOut(server, words));
      } catch (Exception e) {
        System.out.println("failed: " + e);
      }
    }
    // Whoever gave the orders is gone, or wants it so: no part of Openfire gets to end in order.
    Runtime.getRuntime().halt(0);
  }

  private static String carryOut(XMPPServer server, String[] words) throws Exception {
    switch (words[0]) {
      case "user":
        // As the console does.
        String name = Stringprep.nodeprep(JID.escapeNode(words[1]));
        UserManager.getInstance().createUser(name, words[2], words[3], words[4]);
        return name;
      case "password":
        UserManager.getInstance().getUser(words[1]).setPassword(words[2]);
        return words[1];
      case "lock":
        LockOutManager.getInstance().disableAccount(words[1], null, null);
        return words[1];
      case "property":
        JiveGlobals.setProperty(words[1], words[2]);
        return words[1];
      case "flush":
        for (MultiUserChatService service : server.getMultiUserChatManager().getMultiUserChatServices()) {
          service.setLogConversationBatchSize(5000);
          service.setLogConversationsTimeout(1);
        }
        return "set";
      case "rooms":
        server.getMultiUserChatManager().createMultiUserChatService(words[1], words[2], false);
        return words[1];
      case "group":
        return group(words);
      case "stop":
        server.stop();
        return "stopped";
      default:
        throw new IllegalArgumentException(words[0]);
    }
  }

  /** "group NAME SHOWN DISPLAYED LIST MEMBER…": gives the address that a role for the group has in rooms. */
  private static String group(String[] words) throws Exception {
    Group group = GroupManager.getInstance().createGroup(words[1]);
    group.getProperties().put("sharedRoster.showInRoster", words[2]);
    group.getProperties().put("sharedRoster.displayName", words[3]);
    group.getProperties().put("sharedRoster.groupList", words[4]);
    for (String member : Arrays.asList(words).subList(5, words.length)) group.getMembers().add(new JID(member));
    return new GroupJID(words[1]).toString();
  }
}
